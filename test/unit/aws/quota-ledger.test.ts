import { DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it } from 'vitest';
import { createQuotaLedger } from '../../../aws/dynamodb/quota/ledger.ts';

const dynamodb = mockClient(DynamoDBClient);
const NOW = Date.UTC(2026, 10, 23);
const ITEM = {
  ...{ quota: 'comprehend', next_slot_at: NOW - 1, calls_per_second: 10, refused_at: 10 },
  ...{ changed_at: 0, bulk_queue_at: 0, bulk_due_at: 0 },
};
const ledger = () =>
  createQuotaLedger({
    client: dynamodb as unknown as DynamoDBClient,
    ...{ table_name: 'quotas', quota: 'comprehend', calls_per_second: 10, now: () => NOW },
  });
const refusal = Object.assign(new Error('no'), {
  name: 'ConditionalCheckFailedException',
  $metadata: { httpStatusCode: 400 },
});

beforeEach(() => {
  dynamodb.reset();
  dynamodb.on(GetItemCommand).resolves({ Item: marshall(ITEM) });
  dynamodb.on(UpdateItemCommand).resolves({ Attributes: marshall(ITEM) });
});

it('a reservation is one conditional write of the item of its quota', async () => {
  await ledger().reserve(1, NOW + 1_000);
  expect(dynamodb.calls()).toHaveLength(1);
  expect(dynamodb.commandCalls(UpdateItemCommand)[0]?.args[0].input).toMatchObject({
    ...{ TableName: 'quotas', Key: { quota: { S: 'comprehend' } }, ReturnValues: 'ALL_NEW' },
    ConditionExpression: expect.stringContaining('calls_per_second = :rate'),
  });
});

it('a reservation that loses every race gives up after 20 attempts, with an error to retry', async () => {
  dynamodb.on(UpdateItemCommand).rejects(refusal);
  await expect(ledger().reserve(1, NOW + 1_000)).rejects.toMatchObject({
    ...{ name: 'ServiceError', code: 'LedgerContended', retryable: true },
  });
  expect(dynamodb.commandCalls(UpdateItemCommand)).toHaveLength(20);
});

it('the item is read consistently, since a stale one would lose the next race too', async () => {
  dynamodb
    .on(UpdateItemCommand)
    .rejectsOnce(refusal)
    .resolves({ Attributes: marshall(ITEM) });
  await ledger().reserve(1, NOW + 1_000);
  expect(dynamodb.commandCalls(GetItemCommand)[0]?.args[0].input).toEqual({
    ...{ TableName: 'quotas', Key: { quota: { S: 'comprehend' } }, ConsistentRead: true },
  });
});

it('a caller whose time has passed costs no call', async () => {
  expect(await ledger().reserve(1, NOW - 1)).toBeUndefined();
  expect(dynamodb.calls()).toHaveLength(0);
});

it('a rate above the quota is lowered only if no other process has changed it since it was read', async () => {
  dynamodb.on(GetItemCommand).resolves({ Item: marshall({ ...ITEM, calls_per_second: 100 }) });
  dynamodb
    .on(UpdateItemCommand)
    .rejectsOnce(refusal)
    .resolves({ Attributes: marshall(ITEM) });
  await ledger().reserve(1, NOW + 1_000);
  const { ConditionExpression, ExpressionAttributeValues } =
    dynamodb.commandCalls(UpdateItemCommand)[1]!.args[0].input;
  expect(ConditionExpression).toBe('calls_per_second = :from');
  expect(ExpressionAttributeValues).toMatchObject({ ':from': { N: '100' }, ':to': { N: '10' } });
});
