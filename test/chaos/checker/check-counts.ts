import type { Findings } from './findings.ts';
import type { StoredCount } from './formats.ts';
import type { StoreContents } from './stores.ts';

const CODES: Record<string, string> = {
  POSITIVE: 'pos',
  NEGATIVE: 'neg',
  NEUTRAL: 'neu',
  MIXED: 'mix',
  unsupported_language: 'lang',
  empty: 'empty',
  withdrawn: 'gone',
};

/**
 * Compares the counts by hour and by day, of both times, with the rows of the results table. Each row
 * counts once, but for the withdrawal of a record that was never seen.
 */
export function checkCounts({ rows, counts }: StoreContents, findings: Findings): void {
  const expected = new Map<string, number>();
  for (const row of rows) {
    const { tenant, source, status, sentiment, language_code = 'und', first_created_at } = row;
    if (first_created_at === undefined) continue;
    add(expected, `${tenant} ${source} n.${language_code}.${CODES[sentiment ?? status]}`, 1);
  }
  for (const time of ['created_at', 'arrived_at']) {
    for (const interval of ['hour', 'day']) {
      const found = sumUp(counts, `#${time}#${interval}#`);
      for (const name of new Set([...expected.keys(), ...found.keys()])) {
        const [want = 0, have = 0] = [expected.get(name), found.get(name)];
        if (want === have) continue;
        findings.add('wrong_counts', `${name} by ${interval} of ${time} is ${have}, not ${want}`);
      }
    }
  }
}

/** Adds up the rows of all buckets and shards of the stream. */
function sumUp(counts: StoredCount[], family: string): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { partition, bucket, ...measures } of counts) {
    if (!partition.includes(family)) continue;
    const tenant = partition.split('#')[0];
    const source = bucket.split('#')[1];
    for (const [name, value] of Object.entries(measures)) {
      if (name.startsWith('n.')) add(sums, `${tenant} ${source} ${name}`, Number(value));
    }
  }
  return sums;
}

function add(sums: Map<string, number>, name: string, value: number): void {
  sums.set(name, (sums.get(name) ?? 0) + value);
}
