import type { BatchStart, ThroughputSample } from '../../../jobs/ports.ts';
import type { Analyzer } from '../../../processors/analysis/ports.ts';
import { limitRate } from '../../../processors/analysis/rate-limiter.ts';
import type { Traffic } from '../../../schemas/index.ts';
import type { BulkWorld } from './world.ts';

/** Records that arrived at the same time. */
interface Arrivals {
  arrived_at: number;
  records: number;
}

/** A shard of a stream: the arrivals that no consumer has finished, oldest first. */
export interface Shard {
  shard_id: string;
  arrivals: Arrivals[];
}

export interface ConsumerSettings {
  traffic: Traffic;
  batch_size: number;
  window_ms: number;
  timeout_ms: number;
  max_record_age_ms: number;
  /** Share of the records whose text no cache knows. */
  distinct_share: number;
}

/** The work that the consumers of a stream have done. */
export interface Outcome {
  done: number;
  given_up: number;
  /** Time from the arrival of a record to its result, in milliseconds, with a number of records. */
  latencies: { ms: number; records: number }[];
  samples: Map<string, ThroughputSample>;
  starts: Map<string, BatchStart>;
}

/** Time between two reads of a shard without records. Lambda reads a shard once a second. */
const POLL_MS = 1_000;
/** Share of the time of an invocation that the analysis may use, as in processors/stream/batch.ts. */
const ANALYSIS_SHARE = 0.8;
const DOCUMENTS = Array.from({ length: 25 }, () => 'text');

/** Starts the consumer of one shard. It uses the rate limiter and the ledger of the product. */
export function startConsumer(
  world: BulkWorld,
  shard: Shard,
  settings: ConsumerSettings,
  outcome: Outcome,
): void {
  const { scheduler, quota } = world;
  const { analyzer } = limitRate(world.createAnalyzer(), {
    ledger: world.openLedger(settings.traffic),
    quota_calls_per_second: quota,
    fallback_calls_per_second: quota / 100,
    now: scheduler.now,
    pause: (ms) => scheduler.sleep(ms, 'slot'),
  });
  void (async () => {
    await scheduler.sleep(world.random.between(0, POLL_MS), 'start');
    for (;;) {
      if (shard.arrivals.length === 0) await scheduler.sleep(POLL_MS, 'poll');
      else {
        if (countRecords(shard.arrivals) < settings.batch_size) {
          await scheduler.sleep(settings.window_ms, 'window');
        }
        await processBatch(world, shard, { settings, outcome, analyzer });
      }
    }
  })();
}

async function processBatch(
  { scheduler }: BulkWorld,
  shard: Shard,
  {
    settings,
    outcome,
    analyzer,
  }: { settings: ConsumerSettings; outcome: Outcome; analyzer: Analyzer },
): Promise<void> {
  const { now } = scheduler;
  const started_at = now();
  const batch = takeBatch(shard, settings, outcome, started_at);
  const [first] = batch;
  const last = batch.at(-1);
  if (first === undefined || last === undefined) return;
  const { shard_id } = shard;
  outcome.starts.set(shard_id, {
    shard_id,
    started_at: new Date(started_at).toISOString(),
    oldest_at: new Date(first.arrived_at).toISOString(),
  });
  const records = countRecords(batch);
  const calls = Math.ceil((records * settings.distinct_share) / DOCUMENTS.length);
  const deadline = {
    at: started_at + settings.timeout_ms * ANALYSIS_SHARE,
    signal: new AbortController().signal,
  };
  const answers = await Promise.allSettled(
    Array.from({ length: calls }, () => analyzer.detectSentiment(DOCUMENTS, 'en', deadline)),
  );
  const failed = answers.filter(({ status }) => status === 'rejected').length;
  const left = calls === 0 ? 0 : Math.ceil((records * failed) / calls);
  putBack(shard, batch, left);
  outcome.done += records - left;
  for (const { arrived_at, records: of } of batch) {
    if (of > 0) outcome.latencies.push({ ms: now() - arrived_at, records: of });
  }
  outcome.samples.set(shard_id, {
    shard_id,
    ended_at: new Date(now()).toISOString(),
    records: records - left,
    duration_ms: now() - started_at,
    iterator_age_ms: now() - last.arrived_at,
  });
}

/** Takes the oldest records of a shard. Records that are too old go to the failure bucket. */
function takeBatch(
  shard: Shard,
  { batch_size, max_record_age_ms }: ConsumerSettings,
  outcome: Outcome,
  now: number,
): Arrivals[] {
  const batch: Arrivals[] = [];
  let room = batch_size;
  while (room > 0) {
    const first = shard.arrivals[0];
    if (first === undefined) break;
    if (now - first.arrived_at > max_record_age_ms) {
      outcome.given_up += first.records;
      shard.arrivals.shift();
      continue;
    }
    const records = Math.min(room, first.records);
    room -= records;
    first.records -= records;
    if (first.records === 0) shard.arrivals.shift();
    batch.push({ arrived_at: first.arrived_at, records });
  }
  return batch;
}

/** Puts the newest records of a batch back, because Lambda delivers them again. */
function putBack(shard: Shard, batch: Arrivals[], records: number): void {
  let left = records;
  for (const arrivals of batch.toReversed()) {
    const back = Math.min(left, arrivals.records);
    if (back === 0) return;
    arrivals.records -= back;
    left -= back;
    shard.arrivals.unshift({ arrived_at: arrivals.arrived_at, records: back });
  }
}

function countRecords(arrivals: readonly Arrivals[]): number {
  return arrivals.reduce((sum, { records }) => sum + records, 0);
}
