import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { compose } from '../../../../insight/counts/compose.ts';
import { changeEvent, countedRow } from '../../../support/changes.ts';

const dynamodb = mockClient(DynamoDBClient);
let lines: string[] = [];
beforeEach(() => {
  lines = [];
  dynamodb.reset();
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  }
  vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(String(line)));
});
afterEach(() => {
  vi.restoreAllMocks();
});

const event = changeEvent([{ sequence_number: 1, after: countedRow() }]);
const VARIABLES = { COUNTS_TABLE: 'the-counts', ENVIRONMENT: 'staging' };

it('the deployed function adds to the rows of COUNTS_TABLE, and measures in its environment', async () => {
  dynamodb.on(UpdateItemCommand).resolves({});
  expect(await compose(VARIABLES)(event)).toEqual({ state: {}, batchItemFailures: [] });
  const calls = dynamodb.commandCalls(UpdateItemCommand);
  expect(new Set(calls.map(({ args }) => args[0].input.TableName))).toEqual(
    new Set(['the-counts']),
  );
  expect(calls).toHaveLength(8);
  const metric = lines.find((line) => line.includes('"CloudWatchMetrics"'));
  expect(JSON.parse(metric ?? '{}')).toMatchObject({
    ...{ service: 'counts', environment: 'staging', changes: 1, writes: 8 },
  });
  const { lag_ms } = JSON.parse(metric ?? '{}') as { lag_ms: number };
  const changed_at = event.Records[0]!.dynamodb.ApproximateCreationDateTime * 1_000;
  expect(Math.abs(lag_ms - (Date.now() - changed_at))).toBeLessThan(60_000);
});

it('a table that is down makes Lambda deliver the batch again', async () => {
  dynamodb.on(UpdateItemCommand).rejects(Object.assign(new Error('private'), { name: 'Down' }));
  const { batchItemFailures } = await compose(VARIABLES)(event);
  expect(batchItemFailures).toHaveLength(1);
  expect(lines.join('')).toContain('"error_codes":["Down"]');
  expect(lines.join('')).not.toContain('private');
});

it.each(Object.keys(VARIABLES))('the function does not start without %s', (name) => {
  expect(() => compose({ ...VARIABLES, [name]: undefined })).toThrow(name);
});
