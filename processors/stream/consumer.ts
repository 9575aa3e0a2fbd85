import type { KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import type { Result, SetAside, StreamPosition } from '../../schemas/index.ts';
import type { Analyse } from '../analysis/analysis.ts';
import { type Decoded, decode } from './decode.ts';
import { createDeliver } from './deliver.ts';
import type { Lake, ResultsTable, SetAsides } from './ports.ts';
import { resultOf, type Settled, type TextPolicy } from './result.ts';

export interface ConsumerDeps {
  analyse: Analyse;
  table: ResultsTable;
  lake: Lake;
  set_asides: SetAsides;
  text_policy: TextPolicy;
  /** Epoch milliseconds. */
  now: () => number;
  /** Hears once per batch what became of it. */
  on_batch?: (summary: BatchSummary) => void;
}

/** One batch in counts; nothing in it tells a text. */
export interface BatchSummary {
  shard_id: string;
  /** Records, those inside aggregates counted one by one. */
  records: number;
  results: number;
  set_asides: number;
  failed: number;
  /** How many records failed with which code. */
  failures: Record<string, number>;
  /** Age of the last record when the batch was done. */
  iterator_age_ms: number;
  /** From arrival to result, the slowest of the batch. */
  latency_ms: number;
}

type Fail = (position: StreamPosition, code: string) => void;

/**
 * A batch of the stream to results: decode → analyse → deliver → respond. Each record ends as a result or a set-aside,
 * or its sequence number is returned, and Lambda delivers again from the lowest of those on.
 *
 * @throws whatever is a bug: the whole batch is then retried, and bisected until the culprit stands alone.
 */
export function createConsumer(deps: ConsumerDeps) {
  const deliver = createDeliver(deps);

  return async (event: KinesisStreamEvent): Promise<KinesisStreamBatchResponse> => {
    const failures: { position: StreamPosition; code: string }[] = [];
    const fail: Fail = (position, code) => failures.push({ position, code });
    const outcomes = event.Records.flatMap(decode);
    const decoded = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.decoded] : []));
    const rejected = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.set_aside]));

    await keep(rejected, fail);
    const results = await analysed(decoded, fail);
    const undelivered = await deliver(results.map(({ result }) => result));
    for (const [index, code] of undelivered) fail(results[index]!.decoded.position, code);

    deps.on_batch?.(summaryOf(event, outcomes.length, rejected.length, failures, deps.now()));
    return { batchItemFailures: sequenceNumbers(event, failures) };
  };

  async function keep(set_asides: SetAside[], fail: Fail): Promise<void> {
    if (set_asides.length === 0) return;
    for (const { index, code } of await deps.set_asides.put(set_asides)) {
      fail(set_asides[index]!, code);
    }
  }

  async function analysed(
    items: Decoded[],
    fail: Fail,
  ): Promise<{ decoded: Decoded; result: Result }[]> {
    const asked = items.filter(({ record }) => !record.deleted);
    const outcomes = await deps.analyse(
      asked.map(({ record: { text, language } }) => ({ text, language })),
    );
    const of_item = new Map(asked.map((item, i) => [item, outcomes[i]!]));
    const processed_at = new Date(deps.now()).toISOString();
    return items.flatMap((decoded) => {
      const outcome = of_item.get(decoded) ?? ({ status: 'withdrawn' } satisfies Settled);
      if (outcome.status === 'failed') {
        fail(decoded.position, outcome.code);
        return [];
      }
      const { text_policy } = deps;
      return [{ decoded, result: resultOf(decoded, outcome, { text_policy, processed_at }) }];
    });
  }
}

/** In the order of the event, each once: an aggregate shares one sequence number. */
function sequenceNumbers(
  event: KinesisStreamEvent,
  failures: { position: StreamPosition }[],
): { itemIdentifier: string }[] {
  const failed = new Set(failures.map(({ position }) => position.sequence_number));
  return event.Records.map(({ kinesis }) => kinesis.sequenceNumber)
    .filter((number) => failed.has(number))
    .map((itemIdentifier) => ({ itemIdentifier }));
}

function summaryOf(
  event: KinesisStreamEvent,
  records: number,
  set_asides: number,
  failed: { code: string }[],
  now: number,
): BatchSummary {
  const arrivals = event.Records.map(({ kinesis }) => kinesis.approximateArrivalTimestamp * 1_000);
  const failures: Record<string, number> = {};
  for (const { code } of failed) failures[code] = (failures[code] ?? 0) + 1;
  return {
    shard_id: event.Records[0]?.eventID.split(':')[0] ?? '',
    records,
    results: Math.max(0, records - set_asides - failed.length),
    set_asides,
    failed: failed.length,
    failures,
    iterator_age_ms: Math.round(now - (arrivals.at(-1) ?? now)),
    latency_ms: Math.round(now - Math.min(...arrivals, now)),
  };
}
