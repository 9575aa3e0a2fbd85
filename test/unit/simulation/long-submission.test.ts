import { expect, it } from 'vitest';
import { simulateLongSubmission } from '../../simulation/long-submission.ts';

it('A simulated submission of almost an hour publishes each line once, and is resumed only after a crash', async () => {
  const lines = 40_000;
  const calm = await simulateLongSubmission({ lines, records_per_second: 14, crash: 0 });
  expect(calm).toMatchObject({ submitted: lines, published: lines, crashed: 0, resumed: 0 });
  expect(calm.hops).toBeGreaterThan(30);
  expect(calm.virtual_hours).toBeGreaterThan(0.7);
}, 60_000);

it('A simulated submission whose invocations crash repeats at most the records after the last checkpoint', async () => {
  const lines = 24_000;
  const report = await simulateLongSubmission({ lines, records_per_second: 14, crash: 0.2 });
  expect(report.submitted).toBe(lines);
  expect(report.crashed).toBeGreaterThan(2);
  expect(report.resumed).toBe(report.crashed);
  expect(report.published - lines).toBeLessThanOrEqual(1_000 * report.crashed);
}, 60_000);
