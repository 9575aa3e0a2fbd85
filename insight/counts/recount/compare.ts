import { countedRowSchema } from '../../../schemas/index.ts';
import { bucketsOf, DAY_MS, FAMILIES, type Family, isKept, writeStart } from '../buckets.ts';
import { addMeasures, type Measures, measureRow } from '../measures.ts';
import { namePartition, nameRow, readBucket } from '../names.ts';
import type { CountsReader, RowName } from '../ports.ts';
import type { ResultRows } from './ports.ts';

/** Takes the place of the shard in the row that corrects a bucket. */
const CORRECTION = 'recount';

export interface CompareDeps {
  results: ResultRows;
  counts: CountsReader;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
  sleep: (ms: number) => Promise<void>;
}

/** The difference between a recount and a bucket. */
export interface Difference {
  name: RowName;
  measures: Measures;
}

/** The day still changes, so that its counts and a recount are not of the same time. */
export class DayChangesError extends Error {
  override name = 'DayChangesError';
}

/**
 * Time that the counts get to follow the results table, in milliseconds. It is far more than they
 * need, unless the alarm CountsAreLate is on.
 */
const SETTLE_MS = 60_000;

/**
 * Recounts a day from the results table and compares it with the counts: all buckets that start on the
 * day, by both times. A minute before and after the scan, nothing of the day may change.
 *
 * @param day is the start of the day, in epoch milliseconds.
 * @throws {DayChangesError} if the day has changed too recently.
 * @throws {ServiceError} if a store fails.
 */
export async function compareDay(deps: CompareDeps, day: number): Promise<Difference[]> {
  const started_at = deps.now();
  const differences = new Map<string, Difference>();
  const add = (name: RowName, measures: Measures, sign: 1 | -1) => {
    const id = `${name.partition}|${name.bucket}`;
    const found = differences.get(id) ?? { name, measures: {} };
    differences.set(id, found);
    addMeasures(found.measures, measures, sign);
  };
  const tenants = await recount(deps.results, { day, started_at }, add);
  await deps.sleep(SETTLE_MS);
  for (const tenant of tenants) {
    for (const family of FAMILIES) {
      const asked = { tenant, family, day, started_at };
      for (const row of await readDay(deps.counts, asked)) add(row.name, row.measures, -1);
    }
  }
  return [...differences.values()].filter(({ measures }) => Object.keys(measures).length > 0);
}

/** Counts the rows of the table in the buckets of a day. Returns all tenants that have rows. */
async function recount(
  results: ResultRows,
  { day, started_at }: { day: number; started_at: number },
  add: (name: RowName, measures: Measures, sign: 1) => void,
): Promise<Set<string>> {
  const tenants = new Set<string>();
  for await (const item of results.all()) {
    const { data: row } = countedRowSchema.safeParse(item);
    if (row === undefined) continue;
    tenants.add(row.tenant);
    for (const { family, start_ms } of bucketsOf(row, started_at)) {
      if (start_ms < day || start_ms >= day + DAY_MS) continue;
      const place = { family, tenant: row.tenant, start_ms };
      add(nameRow(place, row.source, CORRECTION), measureRow(row), 1);
    }
  }
  return tenants;
}

interface AskedDay {
  tenant: string;
  family: Family;
  day: number;
  started_at: number;
}

/** Reads the counts of a day. The name of each row is that of the correction of its bucket. */
async function readDay(
  counts: CountsReader,
  { tenant, family, day, started_at }: AskedDay,
): Promise<Difference[]> {
  const { interval } = family;
  const rows = await counts.read(
    namePartition({ family, tenant, start_ms: day }),
    writeStart(day, interval),
    writeStart(day + DAY_MS, interval),
  );
  return rows.flatMap(({ bucket, measures, changed_at }) => {
    const { start_ms, source } = readBucket(bucket);
    if (!isKept(start_ms, interval, started_at)) return [];
    if (changed_at >= started_at - SETTLE_MS && !bucket.endsWith(`#${CORRECTION}`)) {
      throw new DayChangesError('The day has changed less than a minute before the recount');
    }
    return [{ name: nameRow({ family, tenant, start_ms }, source, CORRECTION), measures }];
  });
}
