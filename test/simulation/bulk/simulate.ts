import { settings } from '../../../infra/settings.ts';
import { createPace } from '../../../ingest/submission/pace.ts';
import { measureBulkLoad } from '../../../jobs/bulk-load.ts';
import { type ConsumerSettings, type Outcome, type Shard, startConsumer } from './consumers.ts';
import { percentile } from './percentile.ts';
import { type BulkWorld, createBulkWorld, START } from './world.ts';

export interface BulkRun {
  seed: number;
  live_records_per_second: number;
  /** Records of each job. All jobs start at the same time. */
  jobs: number[];
  /** Share of the records of both streams whose text no cache knows. */
  distinct_share: number;
  /** Quota of the consumers, in calls per second. */
  quota: number;
  /** Time after which the run ends, even if records are left. */
  max_hours: number;
  /** Least time of the run, so that a run without jobs measures live records. */
  least_seconds: number;
}

export interface BulkFigures {
  hours: number;
  live: { records: number; p50_ms: number; p99_ms: number; given_up: number };
  bulk: {
    published: number;
    done: number;
    given_up: number;
    longest_lag_s: number;
    records_per_second: number;
  };
  quota_used: number;
  throttled: number;
  ledger_writes_per_second: number;
}

const SHARDS = 4;
const CHUNK_RECORDS = 1_000;
/** The most that one submission publishes, in records per second. */
const PUBLISHED_PER_SECOND = 3_000;
/** Time that an invocation of the submission publishes, in milliseconds. */
const INVOCATION_MS = 100_000;

/** Runs live records beside jobs, in virtual time. */
export async function simulateBulk(run: BulkRun): Promise<BulkFigures> {
  const world = createBulkWorld(run.quota, run.seed);
  const { scheduler } = world;
  const live = startStream(world, run, 'live');
  const bulk = startStream(world, run, 'bulk');
  startProducer(world, live.shards, run.live_records_per_second);
  const total = run.jobs.reduce((sum, records) => sum + records, 0);
  const state = { published: 0, longest_lag_ms: 0, done_at: START };
  for (const records of run.jobs) void submit(world, bulk, records, state);
  await scheduler.run(() => {
    const is_done = bulk.outcome.done + bulk.outcome.given_up >= total;
    const seconds = (scheduler.now() - START) / 1_000;
    return (is_done && seconds >= run.least_seconds) || seconds >= run.max_hours * 3_600;
  }, 200_000_000);
  return figuresOf(world, { live: live.outcome, bulk: bulk.outcome, state });
}

type Stream = ReturnType<typeof startStream>;

function startStream(world: BulkWorld, run: BulkRun, traffic: 'live' | 'bulk') {
  const { consumer, bulk_consumer } = settings;
  const { batch_size, timeout_seconds } = traffic === 'live' ? consumer : bulk_consumer;
  const of: ConsumerSettings = {
    traffic,
    batch_size,
    window_ms: consumer.window_seconds * 1_000,
    timeout_ms: timeout_seconds * 1_000,
    max_record_age_ms: consumer.max_record_age_seconds * 1_000,
    distinct_share: run.distinct_share,
  };
  const shards: Shard[] = Array.from({ length: SHARDS }, (_, i) => ({
    shard_id: `shard-${i}`,
    arrivals: [],
  }));
  const outcome: Outcome = {
    done: 0,
    given_up: 0,
    latencies: [],
    samples: new Map(),
    starts: new Map(),
  };
  for (const shard of shards) startConsumer(world, shard, of, outcome);
  return { shards, outcome };
}

/** Puts live records on random shards, at random times. */
function startProducer(
  { scheduler, random }: BulkWorld,
  shards: Shard[],
  per_second: number,
): void {
  if (per_second === 0) return;
  void (async () => {
    for (;;) {
      await scheduler.sleep(random.between(0, 2_000 / per_second), 'record');
      random.pick(shards).arrivals.push({ arrived_at: scheduler.now(), records: 1 });
    }
  })();
}

/** Publishes the records of a job as the submission does, with the product's pace. */
async function submit(
  { scheduler, quota }: BulkWorld,
  { shards, outcome }: Stream,
  records: number,
  state: { published: number; longest_lag_ms: number },
): Promise<void> {
  const { now } = scheduler;
  const readLoad = async () => {
    const reports = {
      samples: [...outcome.samples.values()],
      starts: [...outcome.starts.values()],
    };
    const load = measureBulkLoad(now(), reports);
    state.longest_lag_ms = Math.max(state.longest_lag_ms, load.lag_ms);
    return load;
  };
  let left = records;
  while (left > 0) {
    const ends_at = now() + INVOCATION_MS;
    const pace = createPace({
      readLoad,
      documents_per_second: quota * 25,
      now,
      sleep: (ms) => scheduler.sleep(ms, 'pace'),
    });
    while (left > 0 && (await pace.waitForRoom(() => now() >= ends_at))) {
      const chunk = Math.min(CHUNK_RECORDS, left);
      pace.takeRoom(chunk);
      for (const [i, shard] of shards.entries()) {
        const share = Math.floor((chunk + i) / SHARDS);
        if (share > 0) shard.arrivals.push({ arrived_at: now(), records: share });
      }
      left -= chunk;
      state.published += chunk;
      await scheduler.sleep((chunk / PUBLISHED_PER_SECOND) * 1_000, 'publish');
    }
    await scheduler.sleep(1_000, 'message');
  }
}

function figuresOf(
  { scheduler, counts, quota }: BulkWorld,
  {
    live,
    bulk,
    state,
  }: { live: Outcome; bulk: Outcome; state: { published: number; longest_lag_ms: number } },
): BulkFigures {
  const seconds = (scheduler.now() - START) / 1_000;
  return {
    hours: seconds / 3_600,
    live: {
      records: live.done,
      p50_ms: percentile(live.latencies, 0.5),
      p99_ms: percentile(live.latencies, 0.99),
      given_up: live.given_up,
    },
    bulk: {
      published: state.published,
      done: bulk.done,
      given_up: bulk.given_up,
      longest_lag_s: state.longest_lag_ms / 1_000,
      records_per_second: bulk.done / seconds,
    },
    quota_used: counts.calls / (quota * seconds),
    throttled: counts.throttled / Math.max(1, counts.calls),
    ledger_writes_per_second: counts.ledger.writes / seconds,
  };
}
