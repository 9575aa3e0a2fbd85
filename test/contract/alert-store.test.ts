import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAlertEvents } from '../../aws/dynamodb/alerts/events.ts';
import { createIncidents } from '../../aws/dynamodb/alerts/incidents.ts';
import { createAlertLimits } from '../../aws/dynamodb/alerts/limits.ts';
import { createAlertRules } from '../../aws/dynamodb/alerts/rules.ts';
import { createTrafficStates } from '../../aws/dynamodb/alerts/traffic-states.ts';
import {
  createFakeAlertEvents,
  createFakeAlertLimits,
  createFakeAlertRules,
  createFakeIncidents,
  createFakeTrafficStates,
} from '../fakes/alerts.ts';
import { anAlertEvent, anIncident, aTrafficState, nameOfEvent } from '../support/alerts.ts';
import { type ServedTables, serveTables } from '../support/tables.ts';
import { describeAlertStore } from './suites/alert-store.ts';

const NOW = Date.UTC(2026, 10, 27);
const DAY_MS = 86_400_000;

let tables: ServedTables;
let client: DynamoDBClient;
beforeAll(async () => {
  tables = await serveTables('partition', 'item');
  client = tables.client;
});
afterAll(() => tables.close());

describe('DynamoDB', () => {
  describeAlertStore(async () => {
    const deps = { client, table_name: await tables.createTable() };
    return {
      rules: createAlertRules(deps),
      events: createAlertEvents({ ...deps, now: () => NOW }),
      limits: createAlertLimits(deps),
      states: createTrafficStates({ ...deps, now: () => NOW }),
      incidents: createIncidents({ ...deps, now: () => NOW }),
    };
  });

  it('an event of an alert expires after 30 days, and has no text', async () => {
    const table_name = await tables.createTable();
    const create = (now: number) => createAlertEvents({ client, table_name, now: () => now });
    const event = anAlertEvent();
    await create(NOW).create(nameOfEvent(event), event);
    const { Items } = await client.send(new ScanCommand({ TableName: table_name }));
    expect(Items?.[0]?.expires_at).toEqual({ N: String((NOW + 30 * DAY_MS) / 1_000) });
    const query = { tenant: 'acme', name: 'angry', limit: 10 };
    expect((await create(NOW + 29 * DAY_MS).list(query)).events).toHaveLength(1);
    expect((await create(NOW + 31 * DAY_MS).list(query)).events).toEqual([]);
  });

  it('the state of an alert expires a week after its last evaluation, and an incident after 90 days', async () => {
    const table_name = await tables.createTable();
    const deps = { client, table_name, now: () => NOW };
    await createTrafficStates(deps).put('acme', 'angry', aTrafficState());
    const { Items } = await client.send(new ScanCommand({ TableName: table_name }));
    expect(Items?.[0]?.expires_at).toEqual({ N: String((NOW + 7 * DAY_MS) / 1_000) });
    await createIncidents(deps).open('acme', anIncident());
    const range = { from: '2026-11-01T00:00:00.000Z', to: '2026-12-01T00:00:00.000Z' };
    const list = async (now: number) =>
      (
        await createIncidents({ ...deps, now: () => now }).list({
          ...{ tenant: 'acme', ...range, limit: 10 },
        })
      ).incidents;
    expect(await list(NOW + 89 * DAY_MS)).toHaveLength(1);
    expect(await list(NOW + 91 * DAY_MS)).toEqual([]);
  });

  it('a counter of an hour expires', async () => {
    const table_name = await tables.createTable();
    const at = { tenant: 'acme', name: 'angry', hour: '2026-11-27T06' };
    await createAlertLimits({ client, table_name }).addReported(at, 1);
    const { Items } = await client.send(new ScanCommand({ TableName: table_name }));
    const expires_at = (Date.UTC(2026, 10, 27, 6) + 2 * DAY_MS) / 1_000;
    expect(Items?.[0]?.expires_at).toEqual({ N: String(expires_at) });
  });
});

describe('in memory', () => {
  describeAlertStore(async () => ({
    rules: createFakeAlertRules(),
    events: createFakeAlertEvents(),
    limits: createFakeAlertLimits(),
    states: createFakeTrafficStates(),
    incidents: createFakeIncidents(),
  }));
});
