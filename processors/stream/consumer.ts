import type { KinesisStreamRecord } from 'aws-lambda';
import { TaskGroup } from '../../lib/task-group.ts';
import { type AnalyseDeps, analyseVersions, type Processed } from './analyse.ts';
import type { BatchContext } from './batch.ts';
import { createFetchTexts, cutIntoPortions } from './claims.ts';
import type { Rejected, StreamItem } from './decode/decode.ts';
import { decodeBatch, type RestoreKey } from './decode-batch.ts';
import { type DeliverDeps, deliver } from './deliver.ts';
import { inLots, type LotOptions } from './lots.ts';
import type { TextClaims } from './ports.ts';
import { countInJobs, dropCancelled, type EndedItem, type JobOf, outcomeOf } from './progress.ts';
import { keepSetAsides, type SetAsideDeps, setAside } from './set-aside.ts';
import type { BatchReport } from './tally.ts';
import { distinctVersions } from './versions.ts';

export interface ConsumerDeps extends AnalyseDeps, DeliverDeps, SetAsideDeps {
  claims: TextClaims;
  restoreKey: RestoreKey;
  /** Size and waiting time of a lot. Results are delivered in lots. Default: {@link LOTS}. */
  lots?: LotOptions;
}

export type Consumer = (
  records: KinesisStreamRecord[],
  context: BatchContext,
) => Promise<BatchReport>;

/**
 * The default lot has 400 items, which fill sixteen calls of 25 entries. A write to the results
 * table and a call to Comprehend each take at most 25 entries.
 */
const LOTS: LotOptions = { size: 400, quiet_ms: 250 };

/**
 * Creates the function that processes a batch of the stream. The function decodes the records,
 * drops the records of cancelled jobs, fetches long texts, analyses the texts, delivers the
 * results, counts the records in their jobs, and returns a report that names the failed records. If
 * a service fails, only the records that need the service fail. A thrown error is a bug and makes
 * the whole batch fail.
 */
export function createConsumer(deps: ConsumerDeps): Consumer {
  const processPortion = createProcessPortion(deps);
  return async (records, context) => {
    const { items, rejected } = await decodeBatch(records, deps.restoreKey, context);
    const keeping = new TaskGroup();
    keeping.add(keepUnreadable());
    const { items: open, job_of } = await dropCancelled(items, deps.progress, context);
    // Process one portion after the other. The memory then never holds the fetched texts of more
    // than one portion.
    for (const portion of cutIntoPortions(open)) await processPortion(portion, job_of, context);
    await keeping.join();
    await context.cache_writes.join();
    return context.tally.report(records);

    async function keepUnreadable(): Promise<void> {
      const kept = await keepSetAsides(deps.set_asides, rejected, context);
      context.tally.set_asides += kept.length;
    }
  };
}

/**
 * Creates the function that processes one portion. If a portion contains several copies of the same
 * version of a record, the function analyses the version only once, but counts all copies.
 */
function createProcessPortion(deps: ConsumerDeps) {
  const fetchTexts = createFetchTexts(deps.claims);
  return async (portion: StreamItem[], job_of: JobOf, context: BatchContext): Promise<void> => {
    const { items, missing } = await fetchTexts(portion, context);
    const keeping = new TaskGroup();
    keeping.add(setAside(missing, deps, job_of, context));
    const deliveries = new TaskGroup<Processed[]>();
    const processed = analyseVersions(distinctVersions(items), deps, context);
    for await (const lot of inLots(processed, deps.lots ?? LOTS)) {
      deliveries.add(deliver(lot, deps, context));
    }
    const { ended, refused } = sortOutcomes((await deliveries.join()).flat(), context);
    const counted = await countInJobs(ended, deps.progress, job_of, context);
    context.tally.results += counted;
    await setAside(refused, deps, job_of, context);
    await keeping.join();
  };
}

function sortOutcomes(processed: Processed[], { tally }: BatchContext) {
  const ended: EndedItem[] = [];
  const refused: Rejected<StreamItem>[] = [];
  for (const { version, outcome } of processed) {
    const { places } = version;
    if ('failure' in outcome) {
      tally.addFailed(places.map(({ delivered_as }) => ({ ...outcome.failure, delivered_as })));
    } else if ('refusal' in outcome) {
      refused.push(...places.map((item) => ({ item, why: outcome.refusal })));
    } else {
      const counted_as = outcomeOf(outcome.result);
      ended.push(...places.map((item) => ({ item, outcome: counted_as })));
    }
  }
  return { ended, refused };
}
