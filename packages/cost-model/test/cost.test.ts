import fc from 'fast-check';
import { expect, it } from 'vitest';
import { estimateConsumption } from '../src/consumption.ts';
import { COST_STAGES, computeCost, multiplyUsage, type Usage } from '../src/cost.ts';
import { loadSchema } from '../src/load.ts';

const nothing: Usage = {
  comprehend_units: 0,
  search_units: 0,
  kinesis_in_bytes: 0,
  kinesis_out_bytes: 0,
  dynamodb_read_units: 0,
  dynamodb_write_units: 0,
  firehose_bytes: 0,
  dynamodb_byte_months: 0,
  s3_bytes: 0,
  s3_puts: 0,
  lambda_requests: 0,
  lambda_gb_seconds: 0,
};

it('computeCost prices each Comprehend unit in its tier of the month', () => {
  const usd = (comprehend_units: number, before = 0) =>
    computeCost({ ...nothing, comprehend_units }, before).analysis;
  expect(usd(10_000_000)).toBeCloseTo(1_000);
  expect(usd(60_000_000)).toBeCloseTo(1_000 + 2_000 + 250);
  expect(usd(1_000_000, 9_500_000)).toBeCloseTo(50 + 25);
  fc.assert(
    fc.property(fc.nat(1e8), fc.nat(1e8), (first, second) => {
      expect(usd(first) + usd(second, first)).toBeCloseTo(usd(first + second), 4);
    }),
  );
});

it('the total cost is the sum of the stages and grows with each billed quantity', () => {
  const amounts = fc.record(
    Object.fromEntries(Object.keys(nothing).map((name) => [name, fc.nat(1e9)])),
  ) as fc.Arbitrary<Usage>;
  fc.assert(
    fc.property(amounts, (usage) => {
      const cost = computeCost(usage);
      expect(cost.total).toBeCloseTo(COST_STAGES.reduce((sum, stage) => sum + cost[stage], 0));
      for (const name of Object.keys(nothing)) {
        const more = computeCost({ ...usage, [name]: usage[name as keyof Usage] + 1e9 });
        expect(more.total).toBeGreaterThan(cost.total);
      }
    }),
  );
});

it('a million records of 140 characters with 60 % repeats cost a fifth of one call per record', () => {
  const load = loadSchema.parse({ records_per_second: 500, characters: 140, repeat_share: 0.6 });
  const usd_per_million = computeCost(multiplyUsage(estimateConsumption(load, 250).usage, 1_000));
  expect(usd_per_million.analysis).toBeCloseTo(120);
  // For a million records, the writes of rows, index entries and verdicts cost $2.15. Storing the
  // same items costs $1.60.
  expect(usd_per_million.tables).toBeCloseTo(3.75, 1);
  expect(usd_per_million.total).toBeLessThan(124);
  expect(
    computeCost(multiplyUsage({ ...nothing, comprehend_units: 6 }, 1_000_000)).total,
  ).toBeCloseTo(600);
});
