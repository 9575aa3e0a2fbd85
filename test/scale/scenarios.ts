import { settings } from '../../infra/settings.ts';
import { CALLS_PER_RECORD } from './shard.ts';
import type { Scenario } from './world.ts';

/** Records per second of one shard: half of its limit, because an on-demand stream keeps that room. */
const RECORDS_PER_SHARD = 500;

interface Size {
  shards: number;
  seconds: number;
}

/** Small streams run longer, because a batch of a small quota takes many seconds. */
const SIZES: Size[] = [
  { shards: 1, seconds: 1_200 },
  { shards: 10, seconds: 600 },
  { shards: 100, seconds: 240 },
  { shards: 1_000, seconds: 90 },
  { shards: 2_000, seconds: 90 },
];

const BULK_SIZES: Size[] = [
  { shards: 4, seconds: 300 },
  { shards: 100, seconds: 120 },
];

function buildScenario(kind: string, { shards, seconds }: Size, rest: Partial<Scenario>): Scenario {
  return {
    name: `${shards} ${shards === 1 ? 'shard' : 'shards'}, ${kind}`,
    shards,
    seconds,
    records_per_second: shards * RECORDS_PER_SHARD,
    quota_share: 0.8,
    ...rest,
  };
}

/** The quota is smaller than the load needs, so that all consumers compete for it. */
export function buildOverloaded(size: Size): Scenario {
  return buildScenario('quota too small', size, {});
}

/** The quota is as large as `aurastream plan` recommends. Batches and lots are then small. */
export function buildSufficient(size: Size): Scenario {
  return buildScenario('quota as recommended', size, { quota_share: 1.22 });
}

/** In the middle of the run, Comprehend halves the quota without telling the consumers. */
export function buildHalved(size: Size): Scenario {
  const seconds = Math.max(240, size.seconds * 2);
  return buildScenario('quota halved', { ...size, seconds }, { quota_from_middle: 0.5 });
}

/** Live consumers need half of the quota, and as many bulk consumers want more than the rest. */
export function buildBesideBulk(size: Size): Scenario {
  return buildScenario('beside bulk', size, { quota_share: 2, bulk_shards: size.shards });
}

/** The same load as beside bulk, without bulk. */
export function buildWithoutBulk(size: Size): Scenario {
  return buildScenario('without bulk', size, { quota_share: 2 });
}

/** The quota of a new account for the stream, which could use more, beside requests of the API. */
export function buildBesideSync(size: Size, sync_misses_per_second: number): Scenario {
  const quota_share = 0.8;
  const quota = settings.quotas.comprehend.calls_per_second;
  return {
    ...buildScenario(`${sync_misses_per_second} sync misses/s`, size, { quota_share }),
    records_per_second: quota / quota_share / CALLS_PER_RECORD,
    sync_misses_per_second,
  };
}

export const SCENARIOS: Scenario[] = [
  ...SIZES.map(buildOverloaded),
  ...SIZES.map(buildSufficient),
  ...SIZES.filter(({ shards }) => shards > 1).map(buildHalved),
  ...BULK_SIZES.flatMap((size) => [buildWithoutBulk(size), buildBesideBulk(size)]),
  ...[10, 19, 40].map((misses) => buildBesideSync({ shards: 4, seconds: 600 }, misses)),
];
