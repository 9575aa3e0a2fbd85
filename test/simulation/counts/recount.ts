import type { Row, Table } from './table.ts';

/**
 * Counts by family, start, tenant and source, with a `|` between them. The recount has its own
 * arithmetic, so that a bug of the product's does not hide.
 */
export type Recount = Map<string, Map<string, number>>;

const MINUTES_MS = 60_000;
const SIZES: [interval: string, minutes: number, length: number, kept_days: number][] = [
  ['minute', 1, 16, 2],
  ['quarter_hour', 15, 16, 42],
  ['hour', 60, 13, Number.POSITIVE_INFINITY],
  ['day', 1_440, 10, Number.POSITIVE_INFINITY],
];

/** Returns whether a bucket can still be read at a time. */
export function isReadable(interval: string, start: string, now: number): boolean {
  const kept_days = SIZES.find(([name]) => name === interval)?.[3] ?? 0;
  const start_ms = Date.parse(`${start}${'1970-01-01T00:00:00.000Z'.slice(start.length)}`);
  return start_ms + kept_days * 1_440 * MINUTES_MS > now;
}

/** Counts the rows of the table and those that expired, in the buckets that can be read. */
export function recount({ rows, expired, now }: Table): Recount {
  const counts: Recount = new Map();
  const counted = [...rows.values(), ...expired].filter(
    ({ first_created_at }) => first_created_at !== undefined,
  );
  for (const row of counted) {
    for (const time of ['created_at', 'arrived_at'] as const) {
      for (const [interval, minutes, length] of SIZES) {
        const size = minutes * MINUTES_MS;
        const start_ms = Math.floor(Date.parse(row[time]) / size) * size;
        const start = new Date(start_ms).toISOString().slice(0, length);
        if (!isReadable(interval, start, now())) continue;
        const id = `${time}|${interval}|${start}|${row.tenant}|${row.source}`;
        const bucket = counts.get(id) ?? new Map<string, number>();
        counts.set(id, bucket);
        for (const [name, value] of measuresOf(row)) {
          bucket.set(name, (bucket.get(name) ?? 0) + value);
        }
      }
    }
  }
  return counts;
}

const CODES: Record<string, string> = {
  POSITIVE: 'pos',
  NEGATIVE: 'neg',
  NEUTRAL: 'neu',
  MIXED: 'mix',
  unsupported_language: 'lang',
  empty: 'empty',
  withdrawn: 'gone',
};

function measuresOf(row: Row): [string, number][] {
  const { status, sentiment, cache = '', analyzer, scores, text, text_bytes, chunks = 1 } = row;
  const outcome = `n.${row.language_code ?? 'und'}.${CODES[sentiment ?? status]}`;
  if (status !== 'analyzed') return [[outcome, 1], ...piiOf(row)];
  const units = Math.max(3 * chunks, Math.ceil((text?.length ?? text_bytes) / 100));
  return [
    [outcome, 1],
    [`cache.${cache}`, 1],
    [cache === 'miss' ? 'units.billed' : 'units.avoided', units],
    [`analyzer.${analyzer?.name}@${analyzer?.version}`, 1],
    ...Object.entries(scores ?? {}).map(([name, score]): [string, number] => {
      return [`score.${name}`, Math.round(score * 1e6)];
    }),
    ...piiOf(row),
  ];
}

function piiOf({ pii }: Row): [string, number][] {
  if (pii === undefined) return [];
  return [
    ['pii.records', 1],
    ['pii.count', pii.count],
    ['pii.redacted', Number(pii.redacted)],
    ['pii.failed', Number(pii.failed)],
    ...pii.types.map((type): [string, number] => [`pii.${type}`, 1]),
  ];
}
