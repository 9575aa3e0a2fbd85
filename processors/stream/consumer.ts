import type { KinesisStreamBatchResponse, KinesisStreamRecord } from 'aws-lambda';
import type { SetAside, StreamPosition } from '../../schemas/index.ts';
import { type AnalyseDeps, createAnalyseStage } from './analyse.ts';
import { decode, type StreamItem } from './decode/decode.ts';
import { createDeliver, type DeliverDeps } from './deliver.ts';
import type { Failure, SetAsides } from './ports.ts';
import { putAll } from './put-all.ts';
import { respond } from './respond.ts';
import { distinctVersions } from './versions.ts';

export interface ConsumerDeps extends AnalyseDeps, DeliverDeps {
  set_asides: SetAsides;
}

/** What became of a batch: `records = results + set_asides + failed`, sub-records counted one by one. */
export interface BatchReport {
  response: KinesisStreamBatchResponse;
  records: number;
  results: number;
  set_asides: number;
  failed: number;
  /** How many set-asides by reason, kept or not. */
  reasons: Record<string, number>;
  /** How many failures by stage and code: `lake ServiceUnavailableException`. */
  failures: Record<string, number>;
}

export type Consumer = (records: KinesisStreamRecord[]) => Promise<BatchReport>;

/** A (sub-)record that has not ended. */
interface Failed extends Failure {
  position: StreamPosition;
}

/**
 * A batch of the stream: decode → analyse → deliver → respond. What a service did not do is a failure of its records
 * alone; whatever is thrown is a bug, and fails the batch.
 */
export function createConsumer(deps: ConsumerDeps): Consumer {
  const processItems = createProcess(deps);
  return async (records) => {
    const { items, set_asides } = decode(records);
    const [failed_items, failed_set_asides] = await Promise.all([
      processItems(items),
      keep(deps.set_asides, set_asides),
    ]);
    const failed = [...failed_items, ...failed_set_asides];
    return {
      response: respond(
        records.map(({ kinesis }) => kinesis.sequenceNumber),
        failed.map(({ position }) => position),
      ),
      records: items.length + set_asides.length,
      results: items.length - failed_items.length,
      set_asides: set_asides.length - failed_set_asides.length,
      failed: failed.length,
      reasons: tally(set_asides.map(({ reason }) => reason)),
      failures: tally(failed.map(({ stage, code }) => `${stage} ${code}`)),
    };
  };
}

function createProcess(deps: ConsumerDeps): (items: StreamItem[]) => Promise<Failed[]> {
  const analyse = createAnalyseStage(deps);
  const deliver = createDeliver(deps);
  return async (items) => {
    const versions = distinctVersions(items);
    const outcomes = await analyse(versions.map(({ item }) => item));
    const undelivered = await deliver(
      outcomes.flatMap((outcome) => (outcome.ok ? [outcome.result] : [])),
    );
    return versions.flatMap(({ positions }, i) => {
      const outcome = outcomes[i]!;
      const failure = outcome.ok ? undelivered.get(outcome.result) : outcome.failure;
      return failure === undefined ? [] : positions.map((position) => ({ ...failure, position }));
    });
  };
}

async function keep(store: SetAsides, set_asides: SetAside[]): Promise<Failed[]> {
  const failed = await putAll(store, set_asides);
  return failed.map(({ index, code }) => ({
    stage: 'set_asides',
    code,
    position: set_asides[index]!,
  }));
}

function tally(names: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
