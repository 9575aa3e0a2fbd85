import { randomUUID } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { type AuditMessageDeps, handleAuditMessages } from '../../../audit/handle.ts';
import { sealDays } from '../../../audit/seal.ts';
import type { AuditMessage } from '../../../schemas/index.ts';
import {
  createMemoryAuditStore,
  createTrail,
  listLines,
  readAuditKeys,
} from '../../support/audit-trail.ts';

const NOW = Date.parse('2026-11-27T10:00:00Z');

function createWorld() {
  const store = createMemoryAuditStore();
  const clock = { now: NOW };
  const now = () => clock.now;
  const { writer } = createTrail(store, now);
  const deps = {
    writer,
    keys: readAuditKeys,
    seal: () => sealDays({ store, keys: readAuditKeys, now }),
    log: vi.fn(),
    logError: vi.fn(),
    measureFindings: vi.fn(),
  } satisfies AuditMessageDeps;
  const handle = async (...messages: (AuditMessage | string)[]) => {
    const records = messages.map((message, i) => ({
      messageId: String(i),
      body: typeof message === 'string' ? message : JSON.stringify(message),
    }));
    const { batchItemFailures } = await handleAuditMessages(deps, records);
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };
  return { store, clock, deps, handle };
}

const aRead = (record_id: string): AuditMessage => ({
  kind: 'read',
  caller: {
    principal: { kind: 'api_key', id: 'k1', tenant: 'acme' },
    from: { source_ip: '203.0.113.9' },
    request_id: 'r-1',
  },
  act: { act: 'read_result', tenant: 'acme', selectors: { source: 's' }, persons: { record_id } },
  outcome: { outcome: 'done' },
  act_id: randomUUID(),
  at: '2026-11-27T09:59:58.000Z',
});

it('the reads of a batch become one object of the trail, with HMACs instead of record ids', async () => {
  const { store, handle } = createWorld();
  expect(await handle(aRead('ann@example.com'), aRead('bob@example.com'))).toEqual([]);
  expect(store.objects.size).toBe(1);
  const lines = listLines(store);
  expect(lines).toMatchObject([
    {
      ...{ phase: 'read', act: 'read_result', tenant: 'acme', outcome: 'done' },
      ...{ principal: { id: 'k1' }, from: { source_ip: '203.0.113.9' }, request_id: 'r-1' },
      at: '2026-11-27T09:59:58.000Z',
    },
    { selectors: { source: 's', record_id_hmac: expect.stringMatching(/^[0-9a-f]{64}$/) } },
  ]);
  expect(JSON.stringify(lines)).not.toContain('example.com');
});

it('reads that cannot be written are delivered again, and the log has no record id', async () => {
  const { store, deps, handle } = createWorld();
  store.put = () => Promise.reject(new Error('S3 is away'));
  expect(await handle(aRead('ann@example.com'), { kind: 'seal' })).toEqual(['0']);
  expect(JSON.stringify(deps.logError.mock.calls)).not.toContain('ann');
});

it('a message that is no message of the trail fails alone', async () => {
  const { store, handle } = createWorld();
  expect(await handle('{"kind":"x"}', 'no json', aRead('a'))).toEqual(['0', '1']);
  expect(listLines(store)).toHaveLength(1);
});

it('a message seals the past days, and counts what was changed in them', async () => {
  const { store, clock, deps, handle } = createWorld();
  void (await handle(aRead('a')));
  const [[key, text] = ['', '']] = store.objects;
  store.objects.set(key, text.replace('acme', 'acne'));
  clock.now += 86_400_000;
  expect(await handle({ kind: 'seal' })).toEqual([]);
  expect(deps.measureFindings).toHaveBeenCalledWith(1);
  expect([...store.objects.keys()]).toContain('manifests/2026/11/27.json');
  expect(await handle({ kind: 'seal' })).toEqual([]);
  expect(deps.measureFindings).toHaveBeenLastCalledWith(0);
});

it('a seal that fails is tried again', async () => {
  const { store, handle } = createWorld();
  // biome-ignore lint/correctness/useYield: the listing fails before its first entry.
  store.list = async function* () {
    throw new Error('S3 is away');
  };
  expect(await handle({ kind: 'seal' })).toEqual(['0']);
});
