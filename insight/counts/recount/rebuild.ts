import pLimit from 'p-limit';
import { writeStart } from '../buckets.ts';
import { markOf } from '../changes.ts';
import { nameCorrection } from '../names.ts';
import type { CountsReader, CountsRows, CountsStore, Generations } from '../ports.ts';
import {
  type CompareDeps,
  type ComparedBucket,
  type ComparedDay,
  type Difference,
  listDifferences,
  readDay,
  requireUnchanged,
  subtract,
} from './compare.ts';

export interface RebuildDeps extends CompareDeps {
  counts: CountsReader & CountsStore & Generations & CountsRows;
  /** Returns a name that no other generation has. */
  newGeneration: () => string;
}

/** Another rebuild of the day has begun, and this one has changed nothing that a reader sees. */
export class RebuildReplacedError extends Error {
  override name = 'RebuildReplacedError';
}

const CALLS_AT_A_TIME = 16;
/**
 * Time between the last row and the switch, in milliseconds. Readers read with eventual consistency,
 * which takes about a second, and must not see the new generation before its rows.
 */
const REPLICATION_MS = 10_000;
/** A row of a generation is written once. */
const ONLY_MARK = markOf('1');

/**
 * Makes the counts of a day equal to a recount, for each tenant whose counts differ:
 *
 *     begin      announce the new generation    an earlier rebuild can no longer switch
 *     remove     rows that no reader adds       those of rebuilds that died, and of the generation before last
 *     write      a row for each bucket          what its shards lack. No reader adds the row yet
 *     check      the shards added nothing       otherwise the recount is out of date, and the rebuild ends
 *     activate   if still announced             readers now add these rows, and no longer the former ones
 *
 * A rebuild that dies before the last step changes nothing that readers see. The rows of the shards
 * stay as they are, so a change that is delivered again meanwhile is still refused by their marks.
 *
 * @returns what was different.
 * @throws {RebuildReplacedError} if another rebuild of the day has begun.
 * @throws as {@link compareDay}.
 */
export async function rebuildDay(deps: RebuildDeps, day: number): Promise<Difference[]> {
  const compared = await readDay(deps, day);
  const differences = listDifferences(compared);
  if (differences.length === 0) return [];
  const generation = deps.newGeneration();
  const buckets = pickWrongTenants(compared);
  const tenants = [...new Set(buckets.map(({ place }) => place.tenant))];
  for (const tenant of tenants) await begin(deps, { day, tenant, generation }, compared);
  const limit = pLimit(CALLS_AT_A_TIME);
  await Promise.all(buckets.map((bucket) => limit(() => correct(deps, bucket, generation))));
  await deps.sleep(REPLICATION_MS);
  await requireUnchanged(deps, day, compared);
  for (const tenant of tenants) {
    const is_active = await deps.counts.activateGeneration(tenant, nameDay(day), generation);
    if (!is_active) throw new RebuildReplacedError('Another rebuild of the day has begun');
  }
  return differences;
}

/** Picks the buckets of the tenants whose counts differ. */
function pickWrongTenants({ buckets, corrections }: ComparedDay): ComparedBucket[] {
  const wrong = buckets.filter((bucket) => {
    return listDifferences({ buckets: [bucket], corrections }).length > 0;
  });
  const tenants = new Set(wrong.map(({ place }) => place.tenant));
  return buckets.filter(({ place }) => tenants.has(place.tenant));
}

async function begin(
  { counts }: RebuildDeps,
  { day, tenant, generation }: { day: number; tenant: string; generation: string },
  { corrections }: ComparedDay,
): Promise<void> {
  const active = await counts.beginGeneration(tenant, nameDay(day), generation);
  const unused = corrections.filter((row) => row.tenant === tenant && row.generation !== active);
  for (const { name } of unused) await counts.remove(name);
}

async function correct(
  { counts, now }: RebuildDeps,
  { place, source, recounted, counted }: ComparedBucket,
  generation: string,
): Promise<void> {
  const measures = subtract(recounted, counted);
  if (Object.keys(measures).length === 0) return;
  const addition = { measures, first: ONLY_MARK, last: ONLY_MARK, changed_at: now() };
  void (await counts.add(nameCorrection(place, source, generation), addition));
}

const nameDay = (day: number) => writeStart(day, 'day');
