import { DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
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

it('the slots of a reservation end where the item says, one interval after the other', async () => {
  const taken = { ...ITEM, next_slot_at: NOW + 500, refused_at: 8, changed_at: NOW - 7 };
  dynamodb.on(UpdateItemCommand).resolves({ Attributes: marshall(taken) });
  expect(await ledger().reserve(3, NOW + 1_000)).toEqual({
    count: 3,
    starts_at: NOW + 200,
    interval_ms: 100,
    rate: { calls_per_second: 10, refused_at: 8 },
    rate_changed_at: NOW - 7,
  });
});

it('a rate counts as changed when the first slot at that rate starts, behind the slots that were taken before', async () => {
  const taken = {
    ...ITEM,
    next_slot_at: NOW + 9_000,
    changed_at: NOW - 7,
    effective_at: NOW + 8_000,
  };
  dynamodb.on(UpdateItemCommand).resolves({ Attributes: marshall(taken) });
  const slots = await ledger().reserve(1, NOW + 60_000);
  expect(slots).toMatchObject({ rate_changed_at: NOW + 8_000 });
});

it('the first slot starts now, and those of the next reservation follow it, by the latest start', async () => {
  const taken = { ...ITEM, next_slot_at: NOW + 300 };
  dynamodb.on(UpdateItemCommand).resolves({ Attributes: marshall(taken) });
  const { reserve } = ledger();
  await reserve(3, NOW + 1_000);
  await reserve(2, Number.POSITIVE_INFINITY);
  const calls = dynamodb.commandCalls(UpdateItemCommand).map(({ args }) => args[0].input);
  const [first, second] = calls.map(({ ExpressionAttributeValues }) =>
    unmarshall(ExpressionAttributeValues!),
  );
  expect(first).toMatchObject({ ':next': NOW + 300, ':rate': 10, ':now': NOW, ':zero': 0 });
  expect(calls[0]?.ConditionExpression).toContain('next_slot_at < :now');
  // A number in DynamoDB cannot be infinite.
  const latest = Date.parse('9999-12-31T23:59:59Z');
  expect(second).toMatchObject({ ':span': 200, ':rate': 10, ':now': NOW, ':latest': latest });
  expect(calls[1]?.ConditionExpression).toContain('next_slot_at <= :latest');
});

it('a caller that may start now at the latest still gets a slot', async () => {
  expect(await ledger().reserve(1, NOW)).toBeDefined();
});

it('a change of the rate is written only if the old one is still there and has held long enough', async () => {
  dynamodb.on(UpdateItemCommand).resolves({
    Attributes: marshall({ ...ITEM, calls_per_second: 8 }),
  });
  const { change, reserve } = ledger();
  await change(10, { calls_per_second: 8, refused_at: 10 }, 1_000);
  const [call] = dynamodb.commandCalls(UpdateItemCommand);
  expect(call?.args[0].input).toMatchObject({
    UpdateExpression:
      'SET calls_per_second = :to, refused_at = :refused, changed_at = :at, effective_at = next_slot_at + :zero',
    ConditionExpression: 'calls_per_second = :from AND changed_at <= :settled',
  });
  expect(unmarshall(call!.args[0].input.ExpressionAttributeValues!)).toEqual({
    ...{ ':from': 10, ':to': 8, ':refused': 10, ':at': NOW, ':zero': 0, ':settled': NOW - 1_000 },
  });
  // The next reservation knows the new rate without a read.
  expect(await reserve(1, NOW + 1_000)).toMatchObject({ interval_ms: 125 });
  expect(dynamodb.commandCalls(GetItemCommand)).toHaveLength(0);
});

it('a process that loses a change of the rate reads the rate of the winner', async () => {
  dynamodb
    .on(UpdateItemCommand)
    .rejectsOnce(refusal)
    .resolves({ Attributes: marshall({ ...ITEM, calls_per_second: 5 }) });
  dynamodb.on(GetItemCommand).resolves({ Item: marshall({ ...ITEM, calls_per_second: 5 }) });
  const { change, reserve } = ledger();
  await change(10, { calls_per_second: 8, refused_at: 10 }, 1_000);
  expect(await reserve(1, NOW + 1_000)).toMatchObject({ interval_ms: 200 });
});
