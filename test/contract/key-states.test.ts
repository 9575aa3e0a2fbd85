import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createKeyStates } from '../../aws/dynamodb/keys/states.ts';
import { type ServedTables, serveTables } from '../support/tables.ts';

let tables: ServedTables;
let client: DynamoDBClient;
beforeAll(async () => {
  tables = await serveTables('key_hash');
  client = tables.client;
});
afterAll(() => tables.close());

const openStates = async () => createKeyStates({ client, table_name: await tables.createTable() });

it('the state of a key keeps its last day of use and its end, until it is deleted', async () => {
  const states = await openStates();
  expect(await states.read('one')).toBeUndefined();
  await states.create('one');
  expect(await states.read('one')).toEqual({});
  await states.noteUse('one', '2026-11-27');
  await states.end('one', 1_795_000_000_000);
  const state = { last_used_on: '2026-11-27', ends_at: 1_795_000_000_000 };
  expect(await states.read('one')).toEqual(state);
  expect(await states.list()).toEqual(new Map([['one', state]]));
  await states.delete('one');
  expect(await states.read('one')).toBeUndefined();
});

it('the use of a key never goes back, also if environments note it at the same time', async () => {
  const states = await openStates();
  await states.create('one');
  const days = ['2026-11-28', '2026-11-27', '2026-11-28', '2026-11-26'];
  await Promise.all(days.map((day) => states.noteUse('one', day)));
  expect((await states.read('one'))?.last_used_on).toBe('2026-11-28');
});

it('the use of a key without a state leaves nothing behind', async () => {
  const states = await openStates();
  await states.noteUse('invented', '2026-11-27');
  expect(await states.list()).toEqual(new Map());
});
