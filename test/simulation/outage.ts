import { createRandom } from '../support/random.ts';
import { connectConsumers, runUntil } from './consumers.ts';
import { planOutage, type RetryPace } from './faults.ts';
import { createScheduler, onVirtualTimers } from './scheduler.ts';
import { createStored } from './services.ts';
import { createStream, type SimulatedStream } from './stream.ts';
import { createWorld, startedAt, type World } from './world.ts';

export interface OutageOptions {
  seed: number;
  retry_pace: RetryPace;
  /** Length of the outage of the analyzer, in milliseconds. */
  outage_ms: number;
  /** Number of records that are published during the outage. */
  records: number;
}

export interface OutageReport {
  published: number;
  /** Number of records with a row. */
  rows: number;
  lines: number;
  /** Number of records that have at least one line. */
  records_with_lines: number;
  given_up: number;
  /** Number of invocations of the function until the end of the outage, and the number of shards. */
  invocations: number;
  shards: number;
  calls: number;
}

/** The outage starts after this time. Half of the later texts have a verdict from before. */
const BEFORE_MS = 60_000;
const KNOWN_TEXTS = 20;

/**
 * Simulates an outage of the analyzer without any other fault. Execution environments are never
 * replaced. Records come before the outage and all through it, and half of them have a text whose
 * verdict is in the cache.
 */
export async function simulateOutage(options: OutageOptions): Promise<OutageReport> {
  const random = createRandom(options.seed);
  const scheduler = createScheduler(random.fork(), startedAt());
  return onVirtualTimers(scheduler, random.fork(), async () => {
    const ends_ms = BEFORE_MS + options.outage_ms;
    const fault_plan = planOutage('comprehend', BEFORE_MS, ends_ms);
    const { retry_pace } = options;
    const world = createWorld({ random, scheduler, fault_plan, retry_pace });
    const stored = createStored();
    const stream = createStream(world, () => undefined);
    let [given_up, calls, invocations] = [0, 0, 0];
    const mapping = connectConsumers(world, stored, stream, {
      onCall: () => {
        calls += 1;
      },
      onGivenUp: (records) => {
        given_up += records;
      },
    });
    const published = publish(world, stream, options);
    scheduler.after(ends_ms, 'end of the outage', () => {
      invocations = mapping.counters.invocations;
    });
    mapping.start();
    await runUntil(scheduler, () => stream.count() === published && mapping.countPending() === 0);
    return {
      published,
      rows: stored.table.items.size,
      lines: stored.lines.length,
      records_with_lines: new Set(stored.lines.map(({ result }) => result.record_id)).size,
      given_up,
      invocations,
      shards: stream.shards.length,
      calls,
    };
  });
}

/**
 * Publishes the records. Half of them come in one call when the outage begins, so that Lambda
 * delivers large batches again. Returns the number of records.
 */
function publish(
  { scheduler, environment, random }: World,
  stream: SimulatedStream,
  { records, outage_ms }: OutageOptions,
): number {
  const producer = stream.as(environment('producer'));
  const entryOf = (record_id: string, mark: string) => {
    const record = { record_id, source: 's', language: 'en', text: `A text #${mark}#.` };
    return { partition_key: record_id, data: Buffer.from(JSON.stringify(record)) };
  };
  const put = (entries: ReturnType<typeof entryOf>[], after_ms: number) => {
    scheduler.after(after_ms, 'published', () => {
      producer.putRecords(entries).catch((error: unknown) => scheduler.fail(error));
    });
  };
  const before = Array.from({ length: KNOWN_TEXTS }, (_, i) => entryOf(`b-${i}`, `known-${i}`));
  put(before, random.int(BEFORE_MS / 2));
  const later = Array.from({ length: records }, (_, i) =>
    entryOf(`r-${i}`, i % 2 === 0 ? `new-${i}` : `known-${i % KNOWN_TEXTS}`),
  );
  put(later.slice(0, records / 2), BEFORE_MS + 1_000);
  for (const entry of later.slice(records / 2)) put([entry], BEFORE_MS + random.int(outage_ms));
  return KNOWN_TEXTS + records;
}
