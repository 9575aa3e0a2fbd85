import { beforeEach, expect, it } from 'vitest';
import type { Emission } from '../../../../ingest/connectors/emission.ts';
import type { LedgerEntry } from '../../../../ingest/connectors/ports.ts';
import { hashText } from '../../../../ingest/connectors/record-ids.ts';
import { sweepLedger } from '../../../../ingest/connectors/runner/sweep.ts';
import type { SourceContext, SourceEvent } from '../../../../ingest/connectors/source.ts';
import { createFakeLedger } from '../../../fakes/connector-ledger.ts';

const HOUR_MS = 3_600_000;
const START = Date.parse('2026-11-28T00:00:00Z');

let now: number;
let ledger: ReturnType<typeof createFakeLedger>;
/** The texts that the service still has; undefined where it does not say. */
let service: Map<string, string | undefined>;
let asked: string[][];
let events: SourceEvent[];

beforeEach(() => {
  now = START + HOUR_MS;
  ledger = createFakeLedger();
  service = new Map();
  asked = [];
  events = [];
});

async function publish(id: string, fields: Partial<LedgerEntry> = {}): Promise<void> {
  const entry = {
    record_id: id,
    version: 1,
    text_hash: hashText(id),
    is_withdrawn: false,
    first_at: START,
  };
  await ledger.note([{ ...entry, ...fields }]);
  service.set(id, id);
}

async function sweep(batch_size = 25): Promise<Emission[]> {
  const emissions: Emission[] = [];
  const lookUp = async (ids: readonly string[]) => {
    asked.push([...ids]);
    return ids.flatMap((record_id) => {
      if (!service.has(record_id)) return { record_id };
      const text = service.get(record_id);
      return text === undefined ? [] : { record_id, record: { record_id, text } };
    });
  };
  const context: SourceContext = {
    ...{ cursor: undefined, ledger, now: () => now, signal: new AbortController().signal },
    pause: () => Promise.reject(new Error('A sweep does not wait.')),
    fetch: () => Promise.reject(new Error('This service is not called.')),
    readSecret: () => Promise.reject(new Error('There is no secret.')),
    tell: (event) => void events.push(event),
  };
  const bound = { every_ms: HOUR_MS, window_ms: 24 * HOUR_MS, batch_size, lookUp };
  for await (const one of sweepLedger({ sweep: bound, ledger, context })) emissions.push(one);
  return emissions;
}

it('A text that the service lacks twice, an hour apart, is withdrawn', async () => {
  await publish('a');
  service.delete('a');
  expect(await sweep()).toEqual([]);
  now += HOUR_MS - 1;
  expect(await sweep()).toEqual([]);
  now += 1;
  expect(await sweep()).toEqual([{ record: { record_id: 'a', deleted: true } }]);
});

it('A text that is there again counts from the start', async () => {
  await publish('a');
  service.delete('a');
  await sweep();
  service.set('a', 'a');
  now += HOUR_MS;
  expect(await sweep()).toEqual([]);
  service.delete('a');
  now += HOUR_MS;
  expect(await sweep()).toEqual([]);
});

it('A text that differs from the published one is an edit, and an equal one is nothing', async () => {
  await publish('a');
  await publish('b');
  service.set('b', 'b, edited');
  expect(await sweep()).toEqual([{ record: { record_id: 'b', text: 'b, edited' } }]);
});

it('The service is asked in batches, for texts of the window that are neither withdrawn nor too fresh', async () => {
  for (const id of ['a', 'b', 'c']) await publish(id);
  await publish('old', { first_at: START - 30 * HOUR_MS });
  await publish('fresh', { first_at: now - 1_000 });
  await publish('edited', { event_at: now - 1_000 });
  await publish('gone', { is_withdrawn: true });
  await sweep(2);
  expect(asked).toEqual([['a', 'b'], ['c']]);
});

it('An answer that lacks all of many texts, or says nothing of one, withdraws nothing', async () => {
  for (let i = 0; i < 12; i += 1) await publish(`x${i}`);
  service.clear();
  for (let round = 0; round < 3; round += 1) {
    expect(await sweep()).toEqual([]);
    now += HOUR_MS;
  }
  expect(events).toContainEqual({ kind: 'skipped', reason: 'all_gone' });
  service.set('x0', undefined);
  service.set('x1', 'x1');
  const emissions = await sweep();
  now += HOUR_MS;
  emissions.push(...(await sweep()));
  expect(emissions.map(({ record }) => record?.record_id)).not.toContain('x0');
  expect(emissions).toHaveLength(10);
});
