import {
  COMPREHEND_USD_PER_UNIT,
  computeCost,
  estimateConsumption,
  LEAST_UNITS,
  loadSchema,
  multiplyUsage,
} from '@aurastream/cost-model';

/** The texts of the run are short, and 60 % of them repeat one that was analyzed before. */
const CHARACTERS = 60;
export const DISTINCT_SHARE = 0.4;
/** Texts that the steps analyze in addition to the records. */
const OTHER_TEXTS = 200;
/** Queries of the run. The lake of a new stack has less than the least that Athena bills. */
const QUERIES = 20;
const USD_PER_QUERY = (10 / 1_048_576) * 5;
/** Requests, keys, objects and logs of the run together, rounded up. */
const OTHER_USD = 0.01;

/** Estimates what a run costs, in USD. The largest part are the units of Comprehend. */
export function estimateCost(records: number): number {
  const load = loadSchema.parse({
    records_per_second: 100,
    characters: CHARACTERS,
    repeat_share: 1 - DISTINCT_SHARE,
  });
  const { usage } = estimateConsumption(load, 100);
  const published = computeCost(multiplyUsage(usage, records / 1_000)).total;
  const others = OTHER_TEXTS * LEAST_UNITS * COMPREHEND_USD_PER_UNIT;
  return published + others + QUERIES * USD_PER_QUERY + OTHER_USD;
}
