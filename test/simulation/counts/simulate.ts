import type { Addition, RowName } from '../../../insight/counts/ports.ts';
import type { FakeCountsRow } from '../../fakes/counts-store.ts';
import { createRandom } from '../../support/random.ts';
import { createScheduler } from '../scheduler.ts';
import { type CountsWorld, readShard } from './invocations.ts';
import { isReadable, type Recount, recount } from './recount.ts';
import { createStream, type Shard } from './stream.ts';
import { createTable, START } from './table.ts';

export interface CountsReport {
  /** Counts that differ from a recount of the table, and sums that were negative for a moment. */
  wrong: string[];
  /** Number of counts that were compared. */
  compared: number;
  faults: Record<string, number>;
}

const MAX_STEPS = 2_000_000;

/** Runs the counts function on a stream of changes, in virtual time, with faults. */
export async function simulateCounts(seed: number, changes: number): Promise<CountsReport> {
  const random = createRandom(seed);
  const scheduler = createScheduler(random, START);
  const table = createTable(random.fork());
  const stream = createStream(random.fork());
  const report: CountsReport = { wrong: [], compared: 0, faults: {} };
  const rows = new Map<string, FakeCountsRow>();
  let left = changes;
  const world: CountsWorld = {
    scheduler,
    random,
    isFaultFree: () => left === 0,
    store: { rows, onAdd: createWatch(report) },
    faults: report.faults,
  };
  const open = new Set<Shard>();
  const read = (shard: Shard): void => {
    open.add(shard);
    // Lambda reads the children of a shard after the shard.
    void readShard(world, shard).then(() => {
      shard.is_done = true;
      open.delete(shard);
      shard.children.forEach(read);
    });
  };
  void (async () => {
    for (; left > 0; left -= 1) {
      await scheduler.sleep(random.int(10), 'change');
      stream.append(table.change());
      if (random.chance(0.02))
        stream
          .split()
          .filter(({ parent }) => parent?.is_done)
          .forEach(read);
    }
    for (const shard of stream.shards) shard.is_closed = true;
  })();
  stream.shards.forEach(read);
  await scheduler.run(() => left === 0 && open.size === 0, MAX_STEPS);
  compare(rows, recount(table), table.now(), report);
  return report;
}

/** Creates the function that finds sums over the shards that are negative after an addition. */
function createWatch({ wrong }: CountsReport) {
  const sums = new Map<string, number>();
  return ({ partition, bucket }: RowName, { measures }: Addition): void => {
    const place = `${partition}|${bucket.slice(0, bucket.lastIndexOf('#'))}`;
    for (const [name, value] of Object.entries(measures)) {
      const id = `${place}|${name}`;
      const sum = (sums.get(id) ?? 0) + value;
      sums.set(id, sum);
      if (sum < 0) wrong.push(`${id} was ${sum} for a moment`);
    }
  };
}

function compare(
  rows: Map<string, FakeCountsRow>,
  expected: Recount,
  now: number,
  report: CountsReport,
): void {
  const counted = sumOverShards(rows, now);
  for (const id of new Set([...expected.keys(), ...counted.keys()])) {
    const [wanted, found] = [expected.get(id), counted.get(id)];
    for (const name of new Set([...(wanted?.keys() ?? []), ...(found?.keys() ?? [])])) {
      report.compared += 1;
      const [want = 0, have = 0] = [wanted?.get(name), found?.get(name)];
      if (want !== have) report.wrong.push(`${id}: ${name} is ${have}, the table has ${want}`);
    }
  }
}

function sumOverShards(rows: Map<string, FakeCountsRow>, now: number): Recount {
  const sums: Recount = new Map();
  for (const { partition, bucket, measures } of rows.values()) {
    const [tenant, time, interval = ''] = partition.split('#');
    const [start = '', source] = bucket.split('#');
    if (!isReadable(interval, start, now)) continue;
    const id = [time, interval, start, tenant, source].join('|');
    const sum = sums.get(id) ?? new Map<string, number>();
    sums.set(id, sum);
    for (const [name, value] of Object.entries(measures)) {
      sum.set(name, (sum.get(name) ?? 0) + value);
    }
  }
  return sums;
}
