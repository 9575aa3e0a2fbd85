import { expect, it } from 'vitest';
import { loadSchema, planLoad, type SyncPlan } from '../src/index.ts';

function planSync(sync: object, load: object = {}): SyncPlan {
  const asked = { records_per_second: 100, characters: 140, repeat_share: 0.6, ...load, sync };
  return planLoad(loadSchema.parse(asked)).sync!;
}

const reasonsOf = ({ findings }: SyncPlan, part = 'api') =>
  findings.filter((finding) => finding.part === part).map(({ why }) => why);

it('a plan sizes the synchronous API by the time of its requests and by 10 requests a second and environment', () => {
  const size = planSync({ requests_per_second: 1_000, burst_requests: 5_000 });
  // 20 ms, and 95 ms more for 40 % of the requests.
  expect(size.request_seconds).toBeCloseTo(0.058);
  expect(size.concurrency).toBeCloseTo(58);
  expect(size.environments).toBe(100);
  expect(size.burst_environments).toBe(500);
  expect(size.calls_per_second).toBeCloseTo(400);
});

it('a plan refuses a synchronous load that the stage, a key or the quota of Comprehend throttles', () => {
  expect(reasonsOf(planSync({ requests_per_second: 10, burst_requests: 20 }))).toEqual([]);
  expect(reasonsOf(planSync({ requests_per_second: 1_000, burst_requests: 5_000 }))).toEqual([
    expect.stringContaining('the stage throttles at 1,000 requests/s and a burst of 2,000'),
    expect.stringContaining('one API key is throttled at 500 requests/s'),
    expect.stringContaining('DetectSentiment has 20 calls/s'),
  ]);
});

it('a plan refuses a burst that API Gateway or the growth of Lambda does not allow', () => {
  const reasons = reasonsOf(planSync({ requests_per_second: 100, burst_requests: 20_000 })).join();
  expect(reasons).toContain('burst of 5,000 requests, which cannot be requested');
  expect(reasons).toContain('Lambda adds 1,000 in 10 s');
});

it('a plan requests a quota of DetectSentiment that AWS gives, and no larger one', () => {
  const names = (sync: object) =>
    planSync(sync).quotas_to_raise.map(({ quota, needed }) => `${quota.split(',')[0]} ${needed}`);
  expect(names({ requests_per_second: 100, burst_requests: 400 })).toEqual(['Comprehend 164']);
  // The API uses 98 % of its quota, so 20 calls/s carry 19.6.
  expect(names({ requests_per_second: 10, burst_requests: 48.9 })).toEqual([]);
  expect(names({ requests_per_second: 10, burst_requests: 49.1 })).toEqual(['Comprehend 21']);
  expect(names({ requests_per_second: 1_000, burst_requests: 5_000 })).toEqual([]);
});

it('a plan multiplies the commitments of the services, and does not call less than 99.9 % feasible', () => {
  const { availability, findings } = planSync({ requests_per_second: 10, burst_requests: 10 });
  expect(availability.cached).toBeCloseTo(0.9995 * 0.9995, 12);
  expect(availability.not_cached).toBeCloseTo(0.9995 * 0.9995 * 0.999, 12);
  expect(availability.all).toBeCloseTo(0.9986, 4);
  // A month of 730 hours has 43,800 minutes.
  expect(availability.minutes_per_month).toBeCloseTo(43_800 * (1 - availability.all));
  expect(findings.find(({ part }) => part === 'availability')?.instead).toContain('two regions');
  const cached = planSync({ requests_per_second: 10, burst_requests: 10 }, { repeat_share: 1 });
  expect(reasonsOf(cached, 'availability')).toEqual([]);
});

it('the price of the synchronous API has the price of each request of API Gateway in its tier', () => {
  const { usd_per_month } = planSync({ requests_per_second: 1_000, burst_requests: 1_000 });
  // 2,628 million requests: 333 million at $3.50, 667 million at $2.80, the others at $2.38.
  expect(usd_per_month.gateway).toBeCloseTo(333 * 3.5 + 667 * 2.8 + 1_628 * 2.38);
  expect(usd_per_month.analysis).toBeGreaterThan(0);
  // Each of 400 calls a second takes its slot with one write, at $0.625 a million.
  expect(usd_per_month.ledger).toBeCloseTo((400 * 2_628_000 * 0.625) / 1e6);
  const sum = Object.entries(usd_per_month)
    .filter(([stage]) => stage !== 'total')
    .reduce((total, [, usd]) => total + usd, 0);
  expect(usd_per_month.total).toBeCloseTo(sum);
});
