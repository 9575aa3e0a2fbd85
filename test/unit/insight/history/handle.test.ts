import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, it } from 'vitest';
import { compose } from '../../../../insight/history/compose.ts';
import { createHandle, type HandleDeps } from '../../../../insight/history/handle.ts';
import { changeEvent } from '../../../support/changes.ts';
import { versionedRow } from '../../../support/versions.ts';

const REPORT = { changes: 3, versions: 2, unreadable: 0, failed_versions: 0, error_codes: [] };

function createWorld(keep: HandleDeps['keep']) {
  const lines: unknown[][] = [];
  const metrics: Record<string, number> = {};
  const log = (level: string) => (message: unknown, extra?: unknown) => {
    lines.push([level, message, extra]);
  };
  const handle = createHandle({
    keep,
    logger: { info: log('info'), warn: log('warn'), error: log('error') } as HandleDeps['logger'],
    metrics: {
      addMetric: (name: string, _: unknown, value: number) => {
        metrics[name] = value;
      },
      publishStoredMetrics: () => undefined,
    } as unknown as HandleDeps['metrics'],
  });
  return { handle, lines, metrics };
}

it('a batch whose versions are stored answers without failures, in one log line and three metrics', async () => {
  const { handle, lines, metrics } = createWorld(async () => REPORT);
  expect(await handle({ Records: [] })).toEqual({ batchItemFailures: [] });
  expect(lines).toEqual([['info', 'versions stored', REPORT]]);
  expect(metrics).toEqual({ versions: 2, unreadable: 0, failed_versions: 0 });
});

it('Lambda delivers a batch again from the first version that failed', async () => {
  const report = { ...REPORT, failed_versions: 1, error_codes: ['Down'], failed_from: '17' };
  const { handle, lines } = createWorld(async () => report);
  const answer = await handle({ Records: [] });
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '17' }] });
  expect(lines).toEqual([['warn', 'versions stored', report]]);
});

it('rows that are no results are a warning', async () => {
  const { handle, lines } = createWorld(async () => ({ ...REPORT, unreadable: 1 }));
  await handle({ Records: [] });
  expect(lines[0]?.[0]).toBe('warn');
});

it.each([
  ['an event without records', {}, undefined],
  ['a bug', { Records: [] }, new TypeError('The text is: I love my cat')],
])('%s stops the history without a word of a text', async (_, event, bug) => {
  const { handle, lines } = createWorld(async () => {
    throw bug;
  });
  await expect(handle(event)).rejects.toThrow(
    /^A bug stopped the history: (TypeError|\$?ZodError)$/,
  );
  expect(lines[0]?.slice(0, 2)).toEqual(['error', 'history stopped by a bug']);
  expect(JSON.stringify(lines)).not.toContain('cat');
});

it('the deployed function stores versions in HISTORY_TABLE for LAKE_RAW_DAYS', async () => {
  const dynamodb = mockClient(DynamoDBClient);
  dynamodb.on(BatchWriteItemCommand).resolves({});
  const handle = compose({
    ...{ HISTORY_TABLE: 'the-history', LAKE_RAW_DAYS: '3', RETENTION: '{}', ENVIRONMENT: 'dev' },
  });
  const before = versionedRow({ revision: 7 });
  const after = { ...before, stamp: before.stamp + 1, revision: 8 };
  const change = { sequence_number: 1, before, after, at: '2026-11-27T00:00:00Z' };
  expect(await handle(changeEvent([change]))).toEqual({ batchItemFailures: [] });
  const [call] = dynamodb.commandCalls(BatchWriteItemCommand);
  const Item = {
    ...{ record_key: { S: 'acme#app#r-1' }, position: { S: '0000000000000007' } },
    expires_at: { N: String(Date.UTC(2026, 10, 30) / 1_000) },
  };
  expect(call?.args[0].input.RequestItems).toEqual({
    'the-history': [{ PutRequest: { Item: expect.objectContaining(Item) } }],
  });
});

it('the function does not start without its table', () => {
  expect(() => compose({ LAKE_RAW_DAYS: '3', RETENTION: '{}', ENVIRONMENT: 'dev' })).toThrow(
    'HISTORY_TABLE',
  );
});
