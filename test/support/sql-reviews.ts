import type { Result } from '../../schemas/index.ts';
import { aResult } from './results.ts';

const PRODUCTS = ['Kettle', 'Blender', 'Lamp', 'Toaster'];
const COUNTRIES = ['DE', 'FR', 'ES'];
const HOUR_MS = 3_600_000;
/** A Monday. The reviews are of the twelve weeks after it. */
const FIRST_WEEK = Date.UTC(2026, 7, 31);
const WEEKS = 12;
const REVIEWS = 480;

/**
 * Creates reviews of a shop with known answers: the Blender is the worst product and got worse in the
 * last four weeks, every review agrees with its stars except one in ten, and texts of 22:30 UTC are
 * of the next day in Berlin.
 */
export function createReviews(now: number): Result[] {
  const reviews = Array.from({ length: REVIEWS }, (_, i) => aReview(i, now));
  const [first] = reviews;
  return [
    ...reviews,
    aResult({ ...first!, record_id: 'EMPTY', source: 'app', ...WITHOUT_VERDICT }),
    { ...first!, record_version: 1, revision: now + 1, sentiment: 'MIXED' },
  ] as Result[];
}

/** Orders are three days older than their review. The forms of an attribute differ, and one is no time. */
const ORDERED_AT: ((created_at: string) => string)[] = [
  (created_at) => minusDays(created_at, 3),
  (created_at) => minusDays(created_at, 3).slice(0, 19).replace('T', ' '),
  () => 'last week',
];

function minusDays(time: string, days: number): string {
  return new Date(Date.parse(time) - days * 24 * HOUR_MS).toISOString();
}

const WITHOUT_VERDICT = {
  status: 'empty',
  sentiment: undefined,
  scores: undefined,
  score: undefined,
} as const;

function aReview(i: number, now: number): Result {
  const product = PRODUCTS[i % PRODUCTS.length]!;
  const week = Math.floor((i * WEEKS) / REVIEWS);
  const is_bad = product === 'Blender' ? i % 8 === 1 || week >= WEEKS - 4 : i % 6 === 0;
  const contradicts = i % 10 === 3;
  const created_at = new Date(
    FIRST_WEEK +
      week * 7 * 24 * HOUR_MS +
      (i % 7) * 24 * HOUR_MS +
      (i % 24) * HOUR_MS +
      HOUR_MS / 2,
  ).toISOString();
  const negative = is_bad ? 0.9 : 0.05;
  return aResult({
    record_id: `R${String(i + 1).padStart(5, '0')}`,
    source: i % 4 === 0 ? 'app' : 'reviews',
    status: 'analyzed',
    sentiment: is_bad ? 'NEGATIVE' : 'POSITIVE',
    scores: { positive: 0.95 - negative, negative, neutral: 0.03, mixed: 0.02 },
    confidence: (i % 50) / 50,
    text: is_bad ? 'The delivery came late and the handle is broken' : `Works well, number ${i}`,
    text_hash: is_bad ? 'same' : `hash-${i}`,
    author: `customer-${i % 40}`,
    attributes: {
      product,
      country: COUNTRIES[i % COUNTRIES.length]!,
      stars: String(is_bad !== contradicts ? 1 : 5),
      ordered_at: ORDERED_AT[i % ORDERED_AT.length]!(created_at),
    },
    created_at,
    arrived_at: new Date(now - 60_000).toISOString(),
    first_created_at: created_at,
    revision: now,
  } as never);
}
