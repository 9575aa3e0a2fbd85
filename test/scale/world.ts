import { createQuotaLedger } from '../../aws/dynamodb/quota/ledger.ts';
import { choosePart, type QuotaPart } from '../../aws/dynamodb/quota/part.ts';
import { settings } from '../../infra/settings.ts';
import type { Analyzer } from '../../processors/analysis/ports.ts';
import { limitRate } from '../../processors/analysis/rate-limiter.ts';
import type { Traffic } from '../../schemas/index.ts';
import { createRandom, type Random } from '../support/random.ts';
import { VirtualClock } from './clock.ts';
import { createComprehend } from './comprehend.ts';
import { type Counter, Counters } from './counters.ts';
import { createQuotaTable } from './quota-table.ts';
import { CALLS_PER_RECORD, Shard } from './shard.ts';
import { SyncApi } from './sync-api.ts';

export interface Scenario {
  name: string;
  shards: number;
  records_per_second: number;
  /** The account's quota as a share of the calls that the records need. */
  quota_share: number;
  /** Length of the run. The first fifth is not measured, nor what is before a cut of the quota. */
  seconds: number;
  /** The real quota from the middle of the run on, as a share of the configured quota. */
  quota_from_middle?: number;
  /** Shards of the bulk stream, with more records than the quota allows. */
  bulk_shards?: number;
  /** Requests of the synchronous API whose text is in no cache. */
  sync_misses_per_second?: number;
}

/** The figures of a run. Shares are from 0 to 1. */
export interface ScaleFigures {
  scenario: Scenario;
  quota_calls_per_second: number;
  /** Answered calls divided by the calls that the real quota allows, after the adaptation. */
  quota_used: number;
  /** Calls that Comprehend refused, divided by all calls. */
  refused: number;
  /** Calls that got no slot before their deadline, divided by all calls. */
  out_of_quota: number;
  ledger_writes_per_second: number;
  ledger_items: number;
  /** Writes to one item in the busiest second. DynamoDB takes 1,000. */
  item_writes_per_second_max: number;
  ledger_throttles: number;
  mean_lag_seconds: number;
  /** Lag of the slowest shard, divided by the mean lag. */
  slowest_to_mean_lag: number;
  redeliveries: number;
  /** Answered calls of bulk consumers, divided by all answered calls. */
  bulk_share: number;
  /** The synchronous API, if the scenario has it. */
  sync?: SyncFigures;
}

/** The figures of a run about the synchronous API. Shares are from 0 to 1. */
interface SyncFigures {
  /** Answered requests, divided by all requests. */
  answered: number;
  /** Calls that Comprehend refused, divided by all calls. */
  refused: number;
  /** Answered calls, divided by the calls that the quota of DetectSentiment allows. */
  quota_used: number;
  /** Time of the answered requests at the 99th percentile, in milliseconds. */
  p99_ms: number;
}

const WARM_UP = 0.2;
/** Time after the cut of the quota that is not measured. The rate goes down step by step. */
const ADAPTATION_SECONDS = 40;
/** How far the clocks of two execution environments are apart, in milliseconds. */
const CLOCK_SKEW_MS = 10;
/** The hash of the keys spreads the records over the shards almost evenly. */
const SHARD_SPREAD = 0.02;
/** Records per second of a shard that is full. */
const SHARD_RECORDS_PER_SECOND = 1_000;
const STARTED_AT = Date.UTC(2026, 0, 1);

/**
 * Runs the product's rate limiter and quota ledger for all consumers of a stream, in virtual time.
 * Comprehend, DynamoDB and the consumers' other work are models.
 */
export async function simulateScale(scenario: Scenario, seed = 1): Promise<ScaleFigures> {
  const clock = new VirtualClock(STARTED_AT);
  const random = createRandom(seed);
  const counters = new Counters(clock.now);
  const quota = scenario.records_per_second * CALLS_PER_RECORD * scenario.quota_share;
  const middle_at = STARTED_AT + scenario.seconds * 500;
  const quotaAt = (now: number) =>
    now < middle_at ? quota : quota * (scenario.quota_from_middle ?? 1);
  const world: World = {
    clock,
    counters,
    random,
    quota: consumersShare() * quota,
    comprehend: createComprehend(clock, random.fork(), { counters, quotaAt }),
    table: createQuotaTable(clock, random.fork(), counters),
  };
  const sync = openSyncApi(world, scenario);
  const per_shard = scenario.records_per_second / scenario.shards;
  const open = (traffic: Traffic, length: number, rate: number) =>
    Array.from({ length }, () => openShard(world, scenario, { traffic, rate }));
  const shards = open('live', scenario.shards, per_shard);
  const bulk = open('bulk', scenario.bulk_shards ?? 0, SHARD_RECORDS_PER_SECOND);
  const failure = Promise.race([
    ...[...shards, ...bulk].map((shard) => shard.consume()),
    ...(sync === undefined ? [] : [sync.api.serve()]),
  ]);
  const lags = await Promise.race([failure, sampleLags(clock, shards, scenario.seconds)]);
  return {
    ...summarize(scenario, { counters, quota, quotaAt, lags, table: world.table }),
    ...(sync === undefined ? {} : { sync: summarizeSync(scenario, sync) }),
  };
}

interface World {
  clock: VirtualClock;
  counters: Counters;
  random: Random;
  /** The quota that the consumers are configured with, in calls per second. */
  quota: number;
  comprehend: Analyzer;
  table: ReturnType<typeof createQuotaTable>;
}

function consumersShare(): number {
  const { calls_per_second, consumers_calls_per_second } = settings.quotas.comprehend;
  return consumers_calls_per_second / calls_per_second;
}

interface OpenedSyncApi {
  api: SyncApi;
  counters: Counters;
}

/** Opens the API with its own operation of Comprehend and its own entry of the ledger. */
function openSyncApi(
  world: World,
  { sync_misses_per_second }: Scenario,
): OpenedSyncApi | undefined {
  if (sync_misses_per_second === undefined) return undefined;
  const { clock, random } = world;
  const { calls_per_second, api_calls_per_second, fallback_calls_per_second } = SYNC_QUOTA;
  const counters = new Counters(clock.now);
  const quotaAt = () => calls_per_second;
  const comprehend = createComprehend(clock, random.fork(), { counters, quotaAt });
  const openEnvironment = () =>
    limitCalls(world, comprehend, {
      entry: { quota: 'comprehend-sync', calls_per_second: api_calls_per_second },
      traffic: 'live',
      fallback_calls_per_second,
    });
  const api = new SyncApi({
    ...{ clock, random: random.fork(), counters, openEnvironment },
    misses_per_second: sync_misses_per_second,
  });
  return { api, counters };
}

const SYNC_QUOTA = settings.quotas.comprehend.sync;

interface Opened {
  traffic: Traffic;
  /** Mean number of records per second. */
  rate: number;
}

function openShard(world: World, scenario: Scenario, { traffic, rate }: Opened): Shard {
  const { clock, counters, random, quota } = world;
  const entry = { quota: 'comprehend', calls_per_second: quota };
  const share = 1 + random.between(-SHARD_SPREAD, SHARD_SPREAD);
  return new Shard({
    clock,
    counters,
    analyzer: limitCalls(world, countBulk(world, traffic), {
      entry: choosePart(entry, random.next),
      traffic,
      fallback_calls_per_second: quota / (scenario.shards + (scenario.bulk_shards ?? 0)),
    }),
    records_per_second: rate * share,
    started_at: clock.now() + random.int(settings.consumer.window_seconds * 1_000),
  });
}

/** Counts the answered calls of bulk consumers. */
function countBulk({ comprehend, counters }: World, traffic: Traffic): Analyzer {
  return {
    ...comprehend,
    async detectSentiment(...call) {
      const outcomes = await comprehend.detectSentiment(...call);
      if (traffic === 'bulk') counters.count('answered_bulk');
      return outcomes;
    },
  };
}

interface Limits {
  /** The entry of the ledger, or the part of a large entry. */
  entry: QuotaPart;
  traffic: Traffic;
  fallback_calls_per_second: number;
}

/** Puts the rate limiter of one process in front of Comprehend, as the product does. */
function limitCalls(
  { clock, random, table }: World,
  comprehend: Analyzer,
  { entry, traffic, fallback_calls_per_second }: Limits,
): Analyzer {
  const skew_ms = Math.round(random.between(-CLOCK_SKEW_MS, CLOCK_SKEW_MS) / 2);
  const now = () => clock.now() + skew_ms;
  return limitRate(comprehend, {
    ledger: createQuotaLedger({
      client: table.client,
      table_name: 'quotas',
      ...entry,
      traffic,
      now,
      wait: clock.sleep,
    }),
    ...(traffic === 'bulk' ? { largestLot: () => Number.POSITIVE_INFINITY } : {}),
    quota_calls_per_second: entry.calls_per_second,
    fallback_calls_per_second,
    now,
    pause: clock.sleep,
    random: random.next,
  }).analyzer;
}

/** Runs the clock and returns the mean lag of each shard over the last quarter of the run. */
async function sampleLags(
  clock: VirtualClock,
  shards: Shard[],
  seconds: number,
): Promise<number[]> {
  const first_sample = Math.floor(seconds * 0.75);
  const lags = shards.map(() => 0);
  for (let second = 1; second <= seconds; second += 1) {
    await clock.runUntil(STARTED_AT + second * 1_000);
    if (second <= first_sample) continue;
    for (const [i, shard] of shards.entries()) lags[i]! += shard.lagMs();
  }
  return lags.map((sum) => sum / (seconds - first_sample));
}

interface Measured {
  counters: Counters;
  quota: number;
  quotaAt: (now: number) => number;
  lags: number[];
  table: ReturnType<typeof createQuotaTable>;
}

function summarize(
  scenario: Scenario,
  { counters, quota, quotaAt, lags, table }: Measured,
): ScaleFigures {
  const { seconds } = scenario;
  const from = Math.ceil(
    scenario.quota_from_middle === undefined ? seconds * WARM_UP : seconds / 2 + ADAPTATION_SECONDS,
  );
  const perSecond = (name: Counter) => counters.sum(name, from, seconds) / (seconds - from);
  const answered = perSecond('answered');
  const throttled = perSecond('throttled');
  const out_of_quota = perSecond('out_of_quota');
  const calls = answered + throttled + out_of_quota;
  const mean_lag_ms = lags.reduce((sum, lag) => sum + lag, 0) / lags.length;
  return {
    scenario,
    quota_calls_per_second: quota,
    quota_used: answered / quotaAt(STARTED_AT + seconds * 1_000),
    refused: throttled / calls,
    out_of_quota: out_of_quota / calls,
    ledger_writes_per_second: perSecond('ledger_writes'),
    ledger_items: table.countItems(),
    item_writes_per_second_max: table.countMostWrites(STARTED_AT + from * 1_000),
    ledger_throttles: counters.sum('ledger_throttles', from, seconds),
    mean_lag_seconds: mean_lag_ms / 1_000,
    slowest_to_mean_lag: Math.max(...lags) / mean_lag_ms,
    redeliveries: counters.sum('redeliveries', from, seconds),
    bulk_share: perSecond('answered_bulk') / answered,
  };
}

function summarizeSync({ seconds }: Scenario, { api, counters }: OpenedSyncApi): SyncFigures {
  const from = Math.ceil(seconds * WARM_UP);
  const [answered, throttled, out_of_quota] = (
    ['answered', 'throttled', 'out_of_quota'] as const
  ).map((name) => counters.sum(name, from, seconds)) as [number, number, number];
  const times = api.listTimes(STARTED_AT + from * 1_000).sort((a, b) => a - b);
  return {
    answered: answered / (answered + out_of_quota),
    refused: throttled / (answered + throttled),
    quota_used: answered / (seconds - from) / SYNC_QUOTA.calls_per_second,
    p99_ms: times[Math.floor(times.length * 0.99)] ?? 0,
  };
}
