import { expect, it } from 'vitest';
import { createCount } from '../../../../insight/counts/count.ts';
import { createHandle, type HandleDeps } from '../../../../insight/counts/handle.ts';
import { createFakeCountsStore } from '../../../fakes/counts-store.ts';
import { changeEvent, countedRow } from '../../../support/changes.ts';

function createWorld(count: HandleDeps['count'] = createCount(createFakeCountsStore())) {
  const lines: unknown[][] = [];
  const metrics: Record<string, number> = {};
  const log = (level: string) => (message: unknown, extra?: unknown) => {
    lines.push([level, message, extra]);
  };
  const handle = createHandle({
    count,
    logger: { info: log('info'), warn: log('warn'), error: log('error') } as HandleDeps['logger'],
    metrics: {
      addMetric: (name: string, _: unknown, value: number) => {
        metrics[name] = value;
      },
      publishStoredMetrics: () => undefined,
    } as unknown as HandleDeps['metrics'],
    now: () => Date.parse('2026-11-27T06:20:03Z'),
  });
  return { handle, lines, metrics };
}

const REPORT = {
  changes: 1,
  rows: 8,
  writes: 3,
  unreadable: 0,
  failed_rows: 0,
  error_codes: [],
};

it('a batch that is counted answers without failures and with a state, in one log line and five metrics', async () => {
  const { handle, lines, metrics } = createWorld();
  const event = changeEvent([{ sequence_number: 1, after: countedRow() }]);
  expect(await handle(event)).toEqual({ state: {}, batchItemFailures: [] });
  expect(lines).toEqual([
    ['info', 'changes counted', { ...REPORT, writes: 8, lag_ms: 2_000, failed_from: undefined }],
  ]);
  expect(metrics).toEqual({
    changes: 1,
    writes: 8,
    unreadable: 0,
    failed_rows: 0,
    lag_ms: 2_000,
  });
});

it('the last event of a window, without records, is counted as nothing', async () => {
  const { handle, metrics } = createWorld();
  expect(await handle(changeEvent([]))).toEqual({ state: {}, batchItemFailures: [] });
  expect(metrics).not.toHaveProperty('lag_ms');
});

it('Lambda delivers a batch again from the first change that failed', async () => {
  const report = { ...REPORT, failed_rows: 5, error_codes: ['Down'], failed_from: '17' };
  const { handle, lines } = createWorld(async () => report);
  const answer = await handle(changeEvent([]));
  expect(answer).toEqual({ state: {}, batchItemFailures: [{ itemIdentifier: '17' }] });
  expect(lines[0]?.slice(0, 2)).toEqual(['warn', 'changes counted']);
});

it('images that cannot be read are a warning', async () => {
  const { handle, lines } = createWorld(async () => ({ ...REPORT, unreadable: 1 }));
  await handle(changeEvent([]));
  expect(lines[0]?.[0]).toBe('warn');
});

it.each([
  ['an event without a shard', { Records: [] }, undefined],
  ['a bug', changeEvent([]), new TypeError('The text is: I love my cat')],
])('%s fails without a word of a text', async (_, event, bug) => {
  const { handle, lines } = createWorld(async () => {
    throw bug;
  });
  await expect(handle(event)).rejects.toThrow(
    /^A bug stopped the counting: (TypeError|\$?ZodError)$/,
  );
  expect(lines[0]?.slice(0, 2)).toEqual(['error', 'counting stopped by a bug']);
  expect(JSON.stringify(lines)).not.toContain('cat');
});
