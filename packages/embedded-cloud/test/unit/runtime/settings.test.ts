import { expect, it } from 'vitest';
import { createBackoff, mappingSettings } from '../../../src/runtime/event-source/settings.ts';

const settings = (properties: object) =>
  mappingSettings({ FunctionName: 'f', EventSourceArn: 'a', ...properties }, () => 0.5);

it("a mapping has Lambda's default settings", () => {
  expect(settings({})).toMatchObject({
    batch_size: 100,
    window_ms: 0,
    parallelization_factor: 1,
    bisect: false,
    max_retries: Number.POSITIVE_INFINITY,
    max_record_age_ms: Number.POSITIVE_INFINITY,
    report_item_failures: false,
    starting_position: 'TRIM_HORIZON',
  });
});

it('settings are read from the template, also numbers and booleans as text', () => {
  const properties = {
    BatchSize: '500',
    MaximumBatchingWindowInSeconds: 2,
    BisectBatchOnFunctionError: 'true',
    MaximumRetryAttempts: 0,
    MaximumRecordAgeInSeconds: 60,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  };
  expect(settings(properties)).toMatchObject({
    batch_size: 500,
    window_ms: 2_000,
    bisect: true,
    max_retries: 0,
    max_record_age_ms: 60_000,
    report_item_failures: true,
  });
});

it.each([
  [{ BatchSize: 10_001 }, /BatchSize must be 1 to 10000, and is 10001/],
  [{ MaximumBatchingWindowInSeconds: 301 }, /0 to 300/],
  [{ ParallelizationFactor: 11 }, /1 to 10/],
  [{ MaximumRetryAttempts: -2 }, /MaximumRetryAttempts/],
  [{ MaximumRecordAgeInSeconds: 59 }, /at least 60/],
  [{ TumblingWindowInSeconds: 901 }, /0 to 900/],
  [
    { TumblingWindowInSeconds: 10, ParallelizationFactor: 2 },
    /TumblingWindowInSeconds with a ParallelizationFactor above 1 is not emulated/,
  ],
  [{ FilterCriteria: { Filters: [] } }, /FilterCriteria is not emulated/],
])('the setting %j is refused', (properties, message) => {
  expect(() => settings(properties)).toThrow(message);
});

it('the backoff grows exponentially to half a minute, and half of it is jitter', () => {
  const least = createBackoff('usual', () => 0);
  const most = createBackoff('usual', () => 1);
  expect([1, 2, 3, 20].map(least)).toEqual([100, 200, 400, 15_000]);
  expect([1, 2, 3, 20].map(most)).toEqual([200, 400, 800, 30_000]);
});

it('a failed batch is retried at once, or after 5 s to a minute, if the retry pace says so', () => {
  const at_once = createBackoff('at_once', () => 1);
  const slow = createBackoff('slow', () => 1);
  expect([1, 2, 20].map(at_once)).toEqual([0, 0, 0]);
  expect([1, 2, 20].map(slow)).toEqual([5_000, 10_000, 60_000]);
});

it('an unknown retry pace is refused', () => {
  expect(() => createBackoff('quick' as 'slow', () => 1)).toThrow(
    'The retry pace must be one of at_once,usual,slow, and is quick.',
  );
});
