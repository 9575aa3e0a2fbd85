import fc from 'fast-check';
import { expect, it } from 'vitest';
import { estimateBatchSeconds } from '../src/consumer.ts';
import { DEPLOYED, loadSchema, planLoad } from '../src/index.ts';

const base = { characters: 140, repeat_share: 0.6 };

function findingsOf(load: object): Record<string, { why: string; instead: string }> {
  const { findings } = planLoad(loadSchema.parse({ ...base, ...load }));
  return Object.fromEntries(findings.map(({ part, why, instead }) => [part, { why, instead }]));
}

function proposalsOf(load: object): string[] {
  const { proposals } = planLoad(loadSchema.parse({ ...base, ...load }));
  return proposals.map(({ part, what }) => `${part}: ${what}`);
}

it('a plan marks nothing as not feasible for a load that the deployed settings carry', () => {
  expect(findingsOf({ records_per_second: 500 })).toEqual({});
  expect(proposalsOf({ records_per_second: 500 })).toEqual([]);
});

it('a plan refuses a batch that takes longer than the analysis may, and its batch size is short enough', () => {
  const load = { records_per_second: 20_000, sources: 10 };
  const { consumer } = findingsOf(load);
  expect(consumer!.why).toMatch(/batch of 2,000 records takes \d+ s, and the analysis has 96 s/);
  const [, size] = /batches of ([\d,]+) records/.exec(consumer!.instead) ?? [];
  expect(Number(size!.replace(',', ''))).toBeGreaterThan(500);
  expect(Number(size!.replace(',', ''))).toBeLessThan(DEPLOYED.batch_records);
});

it('a batch of the proposed size takes no longer than the analysis may', () => {
  const rates = fc.double({ min: 1_000, max: 60_000, noNaN: true });
  const quotas = fc.double({ min: 1, max: 100, noNaN: true });
  fc.assert(
    fc.property(rates, quotas, (records_per_second, quota_calls_per_second) => {
      const load = loadSchema.parse({ ...base, records_per_second, quota_calls_per_second });
      const { stream, findings } = planLoad(load);
      const { instead = '' } = findings.find(({ part }) => part === 'consumer') ?? {};
      const [, size] = /batches of ([\d,]+) records/.exec(instead) ?? [];
      if (size === undefined) return;
      const batch_records = Number(size.replace(',', ''));
      const seconds = estimateBatchSeconds(load, { batch_records, shards: stream.shards });
      expect(seconds).toBeLessThanOrEqual(DEPLOYED.timeout_seconds * DEPLOYED.analysis_share);
    }),
  );
});

it('no batch of a feasible plan takes longer than the share of the timeout for the analysis', () => {
  const rates = fc.double({ min: 0.1, max: 1_000_000, noNaN: true });
  const quotas = fc.double({ min: 1, max: 40_000, noNaN: true });
  fc.assert(
    fc.property(rates, quotas, (records_per_second, quota_calls_per_second) => {
      const load = loadSchema.parse({ ...base, records_per_second, quota_calls_per_second });
      const { consumer, findings } = planLoad(load);
      const is_refused = findings.some(({ part }) => part === 'consumer');
      expect(is_refused).toBe(
        consumer.batch_seconds > DEPLOYED.timeout_seconds * DEPLOYED.analysis_share ||
          !consumer.keeps_up,
      );
    }),
  );
});

it('a plan says that records expire under a quota that is too small, and which quota to request', () => {
  const { quota } = findingsOf({ records_per_second: 2_000 });
  expect(quota!.why).toMatch(/after 18.6 h records go to the failure bucket/);
  expect(quota!.instead).toBe('request 40 calls/s');
  expect(findingsOf({ records_per_second: 2_000, quota_calls_per_second: 40 })).toEqual({});
});

it('a plan proposes another analyzer instead of a quota that AWS is not known to give', () => {
  const { quota } = findingsOf({ records_per_second: 100_000, sources: 20 });
  expect(quota!.why).toContain('1,990 calls/s, 199 times the default quota');
  expect(quota!.instead).toContain('an analyzer without a quota of calls');
});

it('a plan refuses a source that makes the keys of the indexes hot', () => {
  const { sources } = findingsOf({ records_per_second: 20_000 });
  expect(sources!.instead).toBe('divide the records among at least 3 sources');
  expect(findingsOf({ records_per_second: 20_000, sources: 3 }).sources).toBeUndefined();
});

it('a plan knows the Firehose limit of its region, and the largest of one delivery stream', () => {
  const firehose = (region: string) =>
    planLoad(
      loadSchema.parse({ ...base, records_per_second: 2_000, region, quota_calls_per_second: 40 }),
    ).quotas_to_raise.filter(({ quota }) => quota.startsWith('Firehose'));
  expect(firehose('us-east-1')).toEqual([]);
  expect(firehose('eu-central-1')).toMatchObject([{ present: 1, needed: 2 }]);
  const { lake } = findingsOf({ records_per_second: 1_000_000, sources: 125 });
  expect(lake!.instead).toBe('divide the sources among 9 stacks');
});

it('a plan refuses a load whose batches write to the quota ledger more often than one item takes', () => {
  const rare = { records_per_second: 1_000_000, repeat_share: 0.99, quota_calls_per_second: 2_000 };
  const { ledger } = findingsOf(rare);
  expect(ledger!.why).toContain('and one item takes 1,000');
  expect(ledger!.instead).toContain('a longer window');
  const large = { records_per_second: 1_000_000, quota_calls_per_second: 20_000 };
  expect(findingsOf(large).ledger).toBeUndefined();
});

it('a plan refuses a region without Comprehend', () => {
  const { comprehend } = findingsOf({ records_per_second: 5, region: 'eu-north-1' });
  expect(comprehend!.instead).toContain('eu-west-1');
});

it('a plan proposes On-demand Advantage where it is cheaper, which is from about 10 MiB/s in and out', () => {
  const isProposed = (records_per_second: number) =>
    proposalsOf({ records_per_second }).some((line) => line.includes('On-demand Advantage, a'));
  // Kinesis bills 1 KiB for a record of this size, so that 10,240 records are 10 MiB. What is read
  // is a third of that, and the mode pays from 13 MiB.
  expect(isProposed(12_500)).toBe(false);
  expect(isProposed(14_000)).toBe(true);
});

it('a plan proposes a warm throughput for tables that a new table could not carry', () => {
  expect(proposalsOf({ records_per_second: 3_999 })).toEqual([]);
  expect(proposalsOf({ records_per_second: 5_000 }).join()).toContain(
    'WarmThroughput of 5,000 write units/s for the results table and 5,000 for each of its indexes',
  );
});

it('a plan counts the searches for personal data, one text a call, and says which quota they need', () => {
  const load = { records_per_second: 500, searched_share: 0.5 };
  const { search, findings, quotas_to_raise } = planLoad(loadSchema.parse({ ...base, ...load }));
  // 40 % of the texts do not repeat, and half of them are searched.
  expect(search).toMatchObject({ calls_per_second: 100, quota_calls_per_second: 20 });
  expect(findings).toMatchObject([
    {
      part: 'privacy',
      why: 'DetectPiiEntities searches 100 texts/s, one in each call, and the quota is 20 calls/s',
      instead: expect.stringContaining('request 123 calls/s'),
    },
  ]);
  expect(quotas_to_raise).toContainEqual({
    ...{ quota: 'Comprehend, DetectPiiEntities: calls per second', present: 20, needed: 123 },
  });
  expect(findingsOf({ ...load, search_quota_calls_per_second: 123 })).toEqual({});
});

it('a plan pays three units for the search of a short text, and nothing without searches', () => {
  const costOf = (searched_share: number) =>
    planLoad(loadSchema.parse({ ...base, records_per_second: 1, searched_share })).usd_per_month
      .analysis;
  expect(planLoad(loadSchema.parse({ ...base, records_per_second: 1 })).search).toBeUndefined();
  // 730 h of 0.4 texts a second, three units each at $0.0001: as much as the analysis costs.
  expect(costOf(1) - costOf(0)).toBeCloseTo(730 * 3_600 * 0.4 * 3 * 0.0001, 0);
});
