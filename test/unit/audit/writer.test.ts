import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { readObject } from '../../../audit/read-object.ts';
import { createAuditWriter, NO_PREVIOUS } from '../../../audit/writer.ts';
import type { AuditEntry } from '../../../schemas/index.ts';
import {
  AUDIT_KEYS,
  anOperator,
  createMemoryAuditStore,
  readAuditKeys,
} from '../../support/audit-trail.ts';

const NOW = Date.parse('2026-11-27T10:00:00Z');
const WRITER = `test-${randomUUID()}`;

const anEntry = (): AuditEntry => ({
  ...anOperator,
  act: 'query',
  phase: 'begun',
  act_id: randomUUID(),
  at: new Date(NOW).toISOString(),
});

function createWriter(now = () => NOW) {
  const store = createMemoryAuditStore();
  return {
    store,
    writer: createAuditWriter({ store, keys: readAuditKeys, writer: WRITER, now }),
  };
}

const readAll = (objects: Map<string, string>) =>
  [...objects].flatMap(([key, text]) => {
    const { lines, findings } = readObject(key, text, AUDIT_KEYS);
    expect(findings).toEqual([]);
    return lines;
  });

it('each line of a writer has the mac of the line before it, over objects and days', async () => {
  let now = NOW;
  const { store, writer } = createWriter(() => now);
  await writer.write([anEntry(), anEntry()]);
  now += 86_400_000;
  await writer.write([anEntry()]);
  expect([...store.objects.keys()]).toEqual([
    `entries/2026/11/27/${WRITER}/0000000001.jsonl`,
    `entries/2026/11/28/${WRITER}/0000000003.jsonl`,
  ]);
  const lines = readAll(store.objects);
  expect(lines.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  expect(lines.map(({ previous }) => previous)).toEqual([
    NO_PREVIOUS,
    ...lines.slice(0, 2).map(({ mac }) => mac),
  ]);
});

it('entries that are written at the same time form one chain', async () => {
  const { store, writer } = createWriter();
  await Promise.all(Array.from({ length: 20 }, () => writer.write([anEntry()])));
  const lines = readAll(store.objects);
  expect(lines.map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: 20 }, (_, i) => i + 1),
  );
});

it('the chain goes on after a write that failed', async () => {
  const { store, writer } = createWriter();
  const { put } = store;
  store.put = () => Promise.reject(new Error('away'));
  await expect(writer.write([anEntry()])).rejects.toThrow('away');
  store.put = put;
  await writer.write([anEntry()]);
  expect(readAll(store.objects).map(({ sequence }) => sequence)).toEqual([1]);
});

it('a write whose answer was lost stays in the chain, and the next entries follow it', async () => {
  const { store, writer } = createWriter();
  const { put } = store;
  store.put = async (key, text) => {
    void (await put(key, text));
    throw new Error('the connection broke');
  };
  const lost = anEntry();
  await expect(writer.write([lost])).rejects.toThrow('the connection broke');
  store.put = put;
  const next = anEntry();
  await writer.write([next]);
  const lines = readAll(store.objects);
  expect(lines.map(({ act_id }) => act_id)).toEqual([lost.act_id, next.act_id]);
  expect(lines[1]?.previous).toBe(lines[0]?.mac);
});

it('a retry within the SDK that finds its own object counts as written', async () => {
  const { store, writer } = createWriter();
  const { put } = store;
  store.put = async (key, text) => {
    void (await put(key, text));
    return 'exists';
  };
  await writer.write([anEntry()]);
  store.put = put;
  await writer.write([anEntry()]);
  expect(readAll(store.objects).map(({ sequence }) => sequence)).toEqual([1, 2]);
});

it('an object of another hand in the place of the next one is an error', async () => {
  const { store, writer } = createWriter();
  store.objects.set(`entries/2026/11/27/${WRITER}/0000000001.jsonl`, '{"writer":"x"}\n');
  await expect(writer.write([anEntry()])).rejects.toThrow('audit: ForeignObject');
});
