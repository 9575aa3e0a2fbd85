import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mergePartitions } from '../../../aws/dynamodb/results/merge.ts';
import type { Partition } from '../../../aws/dynamodb/results/partition.ts';

/** Sort keys sort like the numbers. */
const sortOf = (number: number) => String(number).padStart(4, '0');
const rowOf = (number: number) => ({ at: { S: sortOf(number) } });

/** Opens a partition whose pages have `size` rows, of which a page shows those that match. */
function open(numbers: number[], size: number, matches: (number: number) => boolean): Partition {
  const left = [...numbers];
  const partition: Partition = {
    ...{ rows: [], reached: '~' },
    async fill() {
      const page = left.splice(0, size);
      partition.rows.push(...page.filter(matches).map(rowOf));
      partition.reached = left.length === 0 ? '' : sortOf(page.at(-1)!);
    },
  };
  return partition;
}

it('merged pages have each matching row once and in order, wherever the time of a page is over', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.nat(999), { maxLength: 60 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 0, max: 4 }),
      async (numbers, parts, size, modulus, limit, rounds) => {
        const matches = (number: number) => number % modulus === 0;
        const newest = numbers.toSorted((one, other) => other - one);
        const found: string[] = [];
        for (let before = '~'; before !== ''; ) {
          const partitions = Array.from({ length: parts }, (_, part) =>
            open(
              newest.filter((one) => one % parts === part && sortOf(one) < before),
              size,
              matches,
            ),
          );
          let checks = 0;
          const isOver = () => {
            checks += 1;
            return checks > rounds;
          };
          const { rows, reached } = await mergePartitions(partitions, {
            sort: 'at',
            limit,
            isOver,
          });
          found.push(...rows.map(({ at }) => at?.S ?? ''));
          expect(rows.length).toBeLessThanOrEqual(limit);
          // A page that is neither full nor the last one has spent its time.
          if (rows.length < limit && reached !== '') expect(checks).toBe(rounds + 1);
          expect(reached < before).toBe(true);
          before = reached;
        }
        expect(found).toEqual(newest.filter(matches).map(sortOf));
      },
    ),
    { numRuns: 500 },
  );
});

it('a merged page that is full looks for another row in at most one more page of each partition', async () => {
  let fills = 0;
  const partition = open([9, ...Array.from({ length: 8 }, (_, i) => 8 - i)], 1, (one) => one === 9);
  const { fill } = partition;
  partition.fill = () => {
    fills += 1;
    return fill();
  };
  const merged = await mergePartitions([partition], { sort: 'at', limit: 1, isOver: () => false });
  expect(merged).toEqual({ rows: [rowOf(9)], reached: sortOf(8) });
  expect(fills).toBe(2);
});
