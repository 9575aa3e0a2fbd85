import fc from 'fast-check';
import { expect, it } from 'vitest';
import { estimateConsumption, loadSchema, MEASURED, planLoad } from '../src/index.ts';

const load = fc
  .record({
    records_per_second: fc.double({ min: 0.01, max: 1_000_000, noNaN: true }),
    characters: fc.integer({ min: 1, max: 100_000 }),
    repeat_share: fc.double({ min: 0, max: 1, noNaN: true }),
    bytes_per_character: fc.constantFrom(1, 2, 3),
    languages: fc.integer({ min: 1, max: 12 }),
    quota_calls_per_second: fc.double({ min: 1, max: 10_000, noNaN: true }),
    region: fc.constantFrom('us-east-1', 'eu-central-1', 'eu-north-1'),
    sources: fc.integer({ min: 1, max: 200 }),
    redelivered_share: fc.double({ min: 0, max: 1, noNaN: true }),
    queries_per_day: fc.integer({ min: 0, max: 10_000 }),
    downloaded_share: fc.double({ min: 0, max: 1, noNaN: true }),
    sync: fc.option(
      fc.record({
        requests_per_second: fc.double({ min: 0.01, max: 100_000, noNaN: true }),
        burst_requests: fc.integer({ min: 1, max: 100_000 }),
        quota_calls_per_second: fc.double({ min: 1, max: 10_000, noNaN: true }),
      }),
      { nil: undefined },
    ),
  })
  .map((fields) => loadSchema.parse(fields));

const base = loadSchema.parse({ records_per_second: 500, characters: 140, repeat_share: 0.6 });

it('the recommended quota of a plan is sufficient for the load', () => {
  fc.assert(
    fc.property(load, (asked) => {
      const { recommended_quota } = planLoad(asked).comprehend;
      const with_it = { ...asked, quota_calls_per_second: Math.max(1, recommended_quota) };
      expect(planLoad(with_it).present_quota.hours_until_records_expire).toBeNull();
    }),
  );
});

it('a plan has a lag exactly if the load exceeds the rate that the quota allows', () => {
  fc.assert(
    fc.property(load, (asked) => {
      const { present_quota } = planLoad(asked);
      const { records_per_second } = present_quota;
      const is_behind =
        records_per_second !== null && asked.records_per_second > records_per_second;
      expect(present_quota.lag_seconds_per_hour > 0).toBe(is_behind);
    }),
  );
});

it('a plan costs more for more and longer texts, and less for repeated texts', () => {
  fc.assert(
    fc.property(load, fc.double({ min: 0.1, max: 1, noNaN: true }), (asked, part) => {
      const usd = (change: object) => planLoad({ ...asked, ...change }).usd_per_month.total;
      const all = usd({}) + 1e-6;
      expect(usd({ records_per_second: asked.records_per_second * part })).toBeLessThanOrEqual(all);
      expect(usd({ characters: Math.ceil(asked.characters * part) })).toBeLessThanOrEqual(
        all * 1.2,
      );
    }),
  );
});

it('more repeated texts and a larger quota never make a plan more expensive', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const factor = fc.double({ min: 1, max: 100, noNaN: true });
  fc.assert(
    fc.property(load, share, factor, (asked, more, larger) => {
      const usd = (change: object) => planLoad({ ...asked, ...change }).usd_per_month.total;
      const all = usd({}) * (1 + 1e-12);
      const repeat_share = asked.repeat_share + more * (1 - asked.repeat_share);
      expect(usd({ repeat_share })).toBeLessThanOrEqual(all);
      const quota_calls_per_second = asked.quota_calls_per_second * larger;
      expect(usd({ quota_calls_per_second })).toBeLessThanOrEqual(all);
    }),
    { numRuns: 1_000 },
  );
});

it('a plan does not become more expensive where the quota is just sufficient', () => {
  const usd = (repeat_share: number) =>
    planLoad({ ...base, records_per_second: 245, repeat_share }).usd_per_month.total;
  const steps = Array.from({ length: 101 }, (_, i) => usd(i / 100));
  for (const [i, cost] of steps.entries()) {
    if (i > 0) expect(cost).toBeLessThanOrEqual(steps[i - 1]!);
  }
});

it('every figure of a plan is finite and not negative, up to a million records per second', () => {
  fc.assert(
    fc.property(load, (asked) => {
      const numbers = JSON.stringify(planLoad(asked), (_name, value: unknown) => {
        if (typeof value === 'number' && !(Number.isFinite(value) && value >= 0)) {
          throw new RangeError(`${value}`);
        }
        return value;
      });
      expect(numbers).toContain('usd_per_month');
    }),
  );
  const { quotas_to_raise, least_sources } = planLoad({ ...base, records_per_second: 1_000_000 });
  expect(quotas_to_raise.map(({ quota }) => quota.split(/[,:]/)[0])).toEqual([
    'Lambda',
    'DynamoDB',
    'Firehose',
  ]);
  expect(least_sources).toBe(125);
});

it('the cost per million times the millions of a month is the cost of the month', () => {
  fc.assert(
    fc.property(load, (asked) => {
      const { usd_per_month, usd_per_million } = planLoad(asked);
      const millions = (asked.records_per_second * 730 * 3_600) / 1e6;
      const ratio = usd_per_month.total / (usd_per_million.total * millions);
      expect(ratio).toBeCloseTo(1, 9);
    }),
  );
  const small = planLoad({ ...base, records_per_second: 0.5 }).usd_per_million;
  const large = planLoad({ ...base, records_per_second: 5_000 }).usd_per_million;
  // In the last price tier of Comprehend, a unit costs a quarter of its price in the first tier.
  expect(small.analysis / large.analysis).toBeGreaterThan(3.5);
  expect(small.stream).toBeGreaterThan(large.stream);
});

it('a plan pays for one lake object per minute, for more under a large load, and never for more than its records', () => {
  const ofLake = (records_per_second: number) =>
    planLoad({ ...base, records_per_second }).usd_per_month.lake;
  const BYTES = 140 + MEASURED.line_bytes;
  const month_gb = (730 * 3_600 * BYTES) / 2 ** 30;
  // Raw objects stay for 37 days, and the table keeps its rows of a year, here of 160 bytes.
  const table_gb = (730 * 3_600 * (100 + 140 * 0.43)) / 2 ** 30;
  const days = 730 / 24;
  const stored_gb = month_gb * MEASURED.gzip_share * (37 / days) + table_gb * (12 + 8 / days);
  const stored_usd = stored_gb * 0.023;
  const minutes = ofLake(1) - stored_usd;
  // A month has 43,800 minutes. One lake object per minute therefore costs $0.219 per month. The
  // value of `minutes` is larger because the value includes the price of Firehose. Firehose bills
  // at least 5 KB for each line.
  expect(minutes).toBeGreaterThan(0.219);
  // One MERGE and one OPTIMIZE a day, which scan the least that Athena bills.
  expect(ofLake(1 / 86_400)).toBeLessThan(0.0035);
  const large = (ofLake(200_000) - ofLake(100_000)) / 100_000;
  const puts_usd = ((730 * 3_600 * BYTES) / (64 * 1_048_576)) * 5e-6;
  expect(large).toBeGreaterThan(stored_usd + month_gb * 0.029 + puts_usd * 0.99);
});

it('a plan raises no quota for a load that the defaults allow', () => {
  expect(planLoad({ ...base, records_per_second: 100 }).quotas_to_raise).toEqual([]);
});

it('estimateConsumption makes a call per language for a small batch, and full calls for a large one', () => {
  const calls = (languages: number, batch: number) =>
    (estimateConsumption({ ...base, repeat_share: 0, languages }, batch).comprehend_calls * batch) /
    1_000;
  expect(calls(12, 12)).toBeCloseTo(12);
  expect(calls(1, 1_000)).toBeCloseTo(40.5);
});

it('a plan pays for the raw objects of their 37 days, for a table of a year, and for what the keeper scans', () => {
  const { lake, queries } = planLoad({ ...base, records_per_second: 1_157.4 }).usd_per_month;
  // 100 M records a day: docs/performance.md has the same figures.
  const raw_gb = (100e6 * (140 + MEASURED.line_bytes) * MEASURED.gzip_share) / 2 ** 30;
  const table_gb = (100e6 * 160.2) / 2 ** 30;
  const stored = 0.023 * (raw_gb * 37 + table_gb * (365 + 8));
  const compared_gb = (288 * 1.5 * 100e6 * 15) / 2 ** 30;
  const scanned = (30.4 * 5 * (compared_gb + raw_gb + 2 * table_gb)) / 1_024;
  const firehose = 30.4 * raw_gb * 5 * 0.029;
  expect(lake / (stored + scanned + firehose)).toBeCloseTo(1, 1);
  expect(queries).toBeCloseTo((24 * 30.4 * 5 * table_gb) / 1_024, -1);
});

it('estimateConsumption counts one write for each batch that stores how far its shard is processed', () => {
  const repeated = { ...base, repeat_share: 1 };
  const unitsOf = (batch: number) =>
    estimateConsumption(repeated, batch).usage.dynamodb_write_units;
  // 1,000 records are one batch, or ten. Without new texts, nothing else depends on the batches.
  expect(unitsOf(100) - unitsOf(1_000)).toBeCloseTo(9);
  const requestsOf = (batch: number) => estimateConsumption(repeated, batch).requests;
  // 40 calls write the rows, one or ten the lines, and one or ten the position.
  expect([requestsOf(1_000), requestsOf(100)]).toEqual([42, 60]);
});
