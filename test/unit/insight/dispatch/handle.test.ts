import { BatchWriteItemCommand, DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, it } from 'vitest';
import { compose } from '../../../../insight/dispatch/compose.ts';
import { createHandle, type HandleDeps } from '../../../../insight/dispatch/handle.ts';
import { changeEvent } from '../../../support/changes.ts';
import { versionedRow } from '../../../support/versions.ts';

const VARIABLES: Record<string, string> = {
  ...{ HISTORY_TABLE: 'the-history', LAKE_RAW_DAYS: '3', RETENTION: '{}', ENVIRONMENT: 'dev' },
  ALERTS_TABLE: 'the-alerts',
  ALERT_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/1/alerts',
};
const KEPT = { changes: 3, versions: 2, unreadable: 0, failed_versions: 0, error_codes: [] };
const REPORTED = { alerts_reported: 1, alerts_suppressed: 4, failed_alerts: 0, error_codes: [] };
const COUNTS = {
  ...{ versions: 2, unreadable: 0, failed_versions: 0 },
  ...{ alerts_reported: 1, alerts_suppressed: 4, failed_alerts: 0 },
};

function createWorld(
  keep: HandleDeps['keep'],
  report: HandleDeps['report'] = async () => REPORTED,
) {
  const lines: unknown[][] = [];
  const metrics: Record<string, number> = {};
  const log = (level: string) => (message: unknown, extra?: unknown) => {
    lines.push([level, message, extra]);
  };
  const handle = createHandle({
    keep,
    report,
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

it('a batch that is dispatched answers without failures, in one log line and six metrics', async () => {
  const { handle, lines, metrics } = createWorld(async () => KEPT);
  expect(await handle({ Records: [] })).toEqual({ batchItemFailures: [] });
  const line = { changes: 3, ...COUNTS, error_codes: [], failed_from: undefined };
  expect(lines).toEqual([['info', 'changes dispatched', line]]);
  expect(metrics).toEqual(COUNTS);
});

it.each([
  ['version', '9', undefined, '9'],
  ['alert', undefined, '17', '17'],
  ['version or alert', '17', '9', '9'],
])(
  'Lambda delivers a batch again from the first %s that failed',
  async (_, version, alert, from) => {
    const { handle, lines } = createWorld(
      async () => ({ ...KEPT, failed_versions: 1, error_codes: ['Down'], failed_from: version }),
      async () => ({ ...REPORTED, failed_alerts: 1, error_codes: ['Down'], failed_from: alert }),
    );
    expect(await handle({ Records: [] })).toEqual({
      batchItemFailures: [{ itemIdentifier: from }],
    });
    expect(lines[0]?.[0]).toBe('warn');
    expect(lines[0]?.[2]).toMatchObject({ error_codes: ['Down'], failed_from: from });
  },
);

it('rows that are no results are a warning', async () => {
  const { handle, lines } = createWorld(async () => ({ ...KEPT, unreadable: 1 }));
  await handle({ Records: [] });
  expect(lines[0]?.[0]).toBe('warn');
});

it.each([
  ['an event without records', {}, undefined],
  ['a bug', { Records: [] }, new TypeError('The text is: I love my cat')],
])('%s stops the dispatch without a word of a text', async (_, event, bug) => {
  const { handle, lines } = createWorld(async () => {
    throw bug;
  });
  await expect(handle(event)).rejects.toThrow(
    /^A bug stopped the dispatch: (TypeError|\$?ZodError)$/,
  );
  expect(lines[0]?.slice(0, 2)).toEqual(['error', 'dispatch stopped by a bug']);
  expect(JSON.stringify(lines)).not.toContain('cat');
});

it('the deployed function stores versions in HISTORY_TABLE for LAKE_RAW_DAYS', async () => {
  const dynamodb = mockClient(DynamoDBClient);
  dynamodb.on(BatchWriteItemCommand).resolves({});
  dynamodb.on(QueryCommand).resolves({ Items: [] });
  const handle = compose(VARIABLES);
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

it('the dispatcher reads the alerts of ALERTS_TABLE once for many batches, also if there are none', async () => {
  const dynamodb = mockClient(DynamoDBClient);
  dynamodb.on(QueryCommand).resolves({ Items: [] });
  const handle = compose(VARIABLES);
  const after = { ...versionedRow({ revision: 7 }), tenant: 'acme' };
  for (const sequence_number of [1, 2, 3]) {
    await handle(changeEvent([{ sequence_number, after }]));
  }
  expect(dynamodb.calls()).toHaveLength(1);
  expect(dynamodb.commandCalls(QueryCommand)[0]?.args[0].input.TableName).toBe('the-alerts');
});

it.each(Object.keys(VARIABLES))('the function does not start without %s', (name) => {
  expect(() => compose({ ...VARIABLES, [name]: undefined })).toThrow(name);
});
