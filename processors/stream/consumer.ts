import type { KinesisStreamRecord } from 'aws-lambda';
import { TaskGroup } from '../../lib/task-group.ts';
import { type AnalyseDeps, analyseVersions, type Processed } from './analyse.ts';
import type { BatchContext } from './batch.ts';
import { createFetchTexts } from './claims.ts';
import type { Decoded, Rejected, StreamItem } from './decode/decode.ts';
import { type DecodeBatchDeps, decodeBatch } from './decode-batch.ts';
import { type DeliverDeps, deliver } from './deliver.ts';
import { createDelivered, type Delivered } from './delivered.ts';
import { inLots, type LotOptions } from './lots.ts';
import type { TextClaims } from './ports.ts';
import type { Privacy } from './privacy.ts';
import { countInJobs, dropCancelled, type EndedItem, outcomeOf } from './progress.ts';
import { type RedactVersionsDeps, redactVersions } from './redact.ts';
import { keepSetAsides, type SetAsideDeps, setAside } from './set-aside.ts';
import type { BatchReport } from './tally.ts';
import { distinctVersions } from './versions.ts';

export interface ConsumerDeps
  extends AnalyseDeps,
    DecodeBatchDeps,
    Omit<RedactVersionsDeps, 'privacy'>,
    Omit<DeliverDeps, 'delivered'>,
    Omit<SetAsideDeps, 'privacy'> {
  privacy: Privacy;
  claims: TextClaims;
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
 * drops the records of cancelled jobs, fetches long texts, redacts personal data, analyses the
 * texts, delivers the results, counts the records in their jobs, and returns a report that names the failed records. If
 * a service fails, only the records that need the service fail. A thrown error is a bug and makes
 * the whole batch fail.
 *
 * The function processes one portion of the batch after the other, so the memory never holds the
 * texts of more than one portion.
 */
export function createConsumer(deps: ConsumerDeps): Consumer {
  const processPortion = createProcessPortion({ ...deps, delivered: createDelivered() });
  return async (records, context) => {
    for await (const portion of decodeBatch(records, deps, context)) {
      await processPortion(portion, context);
    }
    await context.cache_writes.join();
    return context.tally.report(records);
  };
}

/**
 * Creates the function that processes one portion. If a portion contains several copies of the same
 * version of a record, the function analyses the version only once, but counts all copies. A version
 * that this process has already delivered is only counted.
 */
function createProcessPortion(deps: ConsumerDeps & DeliverDeps) {
  const fetchTexts = createFetchTexts(deps.claims);
  return async ({ items: decoded, rejected }: Decoded, context: BatchContext): Promise<void> => {
    const keeping = new TaskGroup();
    keeping.add(keepUnreadable(rejected, deps, context));
    const { items: open, job_of } = await dropCancelled(decoded, deps.progress, context);
    const { known, unknown } = separateDelivered(open, deps.delivered);
    const { items, missing } = await fetchTexts(unknown, context);
    keeping.add(setAside(missing, deps, job_of, context));
    const deliveries = new TaskGroup<Processed[]>();
    const { redacted, refused: unpaid } = await redactVersions(
      distinctVersions(items),
      deps,
      context,
    );
    keeping.add(setAside(unpaid, deps, job_of, context));
    const processed = analyseVersions(redacted, deps, context);
    for await (const lot of inLots(processed, deps.lots ?? LOTS)) {
      deliveries.add(deliver(lot, deps, context));
    }
    const { ended, refused } = sortOutcomes((await deliveries.join()).flat(), context);
    const counted = await countInJobs([...known, ...ended], deps.progress, job_of, context);
    context.tally.results += counted;
    await setAside(refused, deps, job_of, context);
    await keeping.join();
  };
}

async function keepUnreadable(
  rejected: Rejected[],
  deps: SetAsideDeps,
  context: BatchContext,
): Promise<void> {
  const kept = await keepSetAsides(deps, rejected, context);
  context.tally.set_asides += kept.length;
}

/** Separates the records that this process has already delivered from all other records. */
function separateDelivered(
  items: StreamItem[],
  delivered: Delivered,
): { known: EndedItem[]; unknown: StreamItem[] } {
  const known: EndedItem[] = [];
  const unknown: StreamItem[] = [];
  for (const item of items) {
    const outcome = delivered.outcomeOf(item);
    if (outcome === undefined) unknown.push(item);
    else known.push({ item, outcome });
  }
  return { known, unknown };
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
      const counted_as = outcomeOf(outcome.result, outcome.is_not_newer);
      ended.push(...places.map((item) => ({ item, outcome: counted_as })));
    }
  }
  return { ended, refused };
}
