import type {
  Digest,
  DigestCadence,
  DigestPeriod,
  DigestSource,
  DigestText,
  Result,
} from '../../schemas/index.ts';
import { INTERVALS } from '../counts/buckets.ts';
import type { ReadBuckets } from '../counts/read.ts';
import { createTally } from '../counts/tally.ts';
import { figuresOf, type PeriodCounts, sumUp } from './figures.ts';
import { findMover, type Mover } from './mover.ts';
import { CADENCES, periodBefore } from './period.ts';
import type { ListTexts } from './ports.ts';

const MOST_SOURCES = 10;
const MOST_TEXTS = 3;
/** Texts among which the clearest are chosen. */
const LISTED_TEXTS = 100;
/** Code points after which a text is cut. */
const MOST_CHARACTERS = 280;

export interface DigestDeps {
  readBuckets: ReadBuckets;
  listTexts: ListTexts;
}

/** A digest that is asked for. */
export interface DigestQuery {
  tenant: string;
  cadence: DigestCadence;
  source?: string | undefined;
  period: DigestPeriod;
}

export type ComputeDigest = (query: DigestQuery) => Promise<Digest>;

/**
 * Creates the function that computes a digest from the counts of two periods, by the time of creation, and reads
 * the texts that stand for the change. It reads texts of one source, and stores nothing.
 */
export function createComputeDigest({ readBuckets, listTexts }: DigestDeps): ComputeDigest {
  return async ({ tenant, cadence, source, period }) => {
    const previous = periodBefore(period);
    const { interval } = CADENCES[cadence];
    const read = async ({ from, to }: DigestPeriod) => {
      const range = { from: Date.parse(from), to: Date.parse(to) };
      const buckets = await readBuckets({ tenant, time: 'created_at', interval, ...range });
      return sumUp(buckets.filter((bucket) => source === undefined || bucket.source === source));
    };
    const [now, before] = await Promise.all([read(period), read(previous)]);
    const mover = findMover(now, before);
    const texts = mover === undefined ? [] : await listTexts(queryOf(tenant, period, mover));
    return {
      ...{ tenant, cadence, ...(source === undefined ? {} : { source }), period, previous },
      total: figuresOf(now.total),
      before: figuresOf(before.total),
      over_time: listStarts(period, INTERVALS[interval].ms).map((start) => ({
        start: new Date(start).toISOString(),
        ...figuresOf(now.by_start.get(start) ?? createTally()),
      })),
      sources: listSources(now, before),
      ...(mover === undefined ? {} : { moved_by: mover }),
      texts: chooseTexts(texts),
    };
  };
}

function queryOf(tenant: string, { from, to }: DigestPeriod, mover: Mover) {
  return { tenant, ...mover, from, to, limit: LISTED_TEXTS };
}

function listStarts({ from, to }: DigestPeriod, step_ms: number): number[] {
  const start = Date.parse(from);
  const count = Math.round((Date.parse(to) - start) / step_ms);
  return Array.from({ length: count }, (_, i) => start + i * step_ms);
}

/** Lists sources by their records, also one that has none any more. */
function listSources(now: PeriodCounts, before: PeriodCounts): DigestSource[] {
  const names = new Set([...now.by_source.keys(), ...before.by_source.keys()]);
  return [...names]
    .map((source) => ({
      source,
      ...figuresOf(now.by_source.get(source) ?? createTally()),
      before: figuresOf(before.by_source.get(source) ?? createTally()),
    }))
    .filter(({ records, before: { records: earlier } }) => records + earlier > 0)
    .sort((a, b) => b.records - a.records || (a.source < b.source ? -1 : 1))
    .slice(0, MOST_SOURCES);
}

/** Chooses the texts with the clearest verdict. Equal texts count once. */
function chooseTexts(results: Result[]): DigestText[] {
  const seen = new Set<string>();
  return results
    .toSorted((a, b) => (b.score ?? 0) - (a.score ?? 0))
    .flatMap((result) => {
      const { text = '', sentiment, score = 0, source, record_id, created_at } = result;
      if (text.trim() === '' || sentiment === undefined || seen.has(text)) return [];
      seen.add(text);
      const { language_code, url } = result;
      return [
        {
          ...{ source, record_id, created_at, sentiment, score, text: cut(text) },
          ...(language_code === undefined ? {} : { language_code }),
          ...(url === undefined ? {} : { url }),
        },
      ];
    })
    .slice(0, MOST_TEXTS);
}

function cut(text: string): string {
  const letters = [...text];
  if (letters.length <= MOST_CHARACTERS) return text;
  return `${letters.slice(0, MOST_CHARACTERS).join('')}…`;
}
