import { expect, it, vi } from 'vitest';
import {
  type HandleRequestDeps,
  handleRequest,
  MAX_HOPS,
} from '../../../../operations/privacy/handle-request.ts';
import {
  type PrivacyMessage,
  privacyMessageSchema,
  ServiceError,
} from '../../../../schemas/index.ts';
import { createMemoryAuditStore, createTrail, listLines } from '../../../support/audit-trail.ts';

const NOW = Date.parse('2026-11-28T10:00:00Z');
const MESSAGE = privacyMessageSchema.parse({
  request: {
    ...{ request_id: `erasure_${'0'.repeat(32)}`, kind: 'erasure', tenant: 'acme' },
    ...{ requested_at: '2026-11-28T09:00:00Z', dry_run: false },
  },
  selector: { tenant: 'acme', author: 'Ada' },
  caller: {
    principal: { kind: 'api_key', id: 'k1', tenant: 'acme' },
    from: { source_ip: '203.0.113.9' },
    request_id: 'r1',
  },
  hops: 0,
});

function createWorld(slices: Awaited<ReturnType<HandleRequestDeps['work']>>[]) {
  const store = createMemoryAuditStore();
  const trail = createTrail(store, () => NOW);
  const sent: { message: PrivacyMessage; delay_seconds: number }[] = [];
  const work = vi.fn(async () => {
    const slice = slices.shift();
    if (slice === undefined) throw new ServiceError('s3', 'Away', { retryable: true });
    return slice;
  });
  const deps: HandleRequestDeps = {
    queue: { send: async (message, delay_seconds) => void sent.push({ message, delay_seconds }) },
    trailOf: (caller) => ({ ...trail, caller }),
    work,
  };
  return { store, deps, sent, work };
}

it('an act is in the audit trail, by its caller, before anything is erased', async () => {
  const { deps, store, work } = createWorld([]);
  work.mockImplementation(async () => {
    expect(listLines(store)).toMatchObject([{ act: 'erase', phase: 'begun', ...MESSAGE.caller }]);
    return { status: 'done', counts: { rows: 2 } };
  });
  expect(await handleRequest(deps, MESSAGE)).toBe('done');
  const [begun, ended] = listLines(store);
  expect(ended).toMatchObject({ phase: 'ended', outcome: 'done', counts: { rows: 2 } });
  expect(ended?.act_id).toBe(begun?.act_id);
  expect(JSON.stringify([begun, ended])).not.toContain('Ada');
});

it('a request whose act cannot be recorded is not done, and is delivered again', async () => {
  const { deps, store, work } = createWorld([{ status: 'done', counts: {} }]);
  store.put = () => Promise.reject(new ServiceError('s3', 'AccessDenied', { retryable: false }));
  await expect(handleRequest(deps, MESSAGE)).rejects.toThrow('Nothing was done: the act erase');
  expect(work).not.toHaveBeenCalled();
});

it('a request goes on in other messages until it is done, and has one act in the trail', async () => {
  const { deps, store, sent } = createWorld([
    { status: 'again' },
    { status: 'waits' },
    { status: 'done', counts: {} },
  ]);
  for (let next: PrivacyMessage | undefined = MESSAGE; next !== undefined; ) {
    await handleRequest(deps, next);
    next = sent.at(-1)?.message.hops === next.hops + 1 ? sent.at(-1)?.message : undefined;
  }
  expect(sent.map(({ delay_seconds }) => delay_seconds)).toEqual([0, 60]);
  expect(sent.map(({ message }) => message.hops)).toEqual([1, 2]);
  expect(listLines(store).map(({ phase }) => phase)).toEqual(['begun', 'ended']);
});

it('a slice that fails is thrown, so that SQS delivers its message again, and no message goes on', async () => {
  const { deps, sent } = createWorld([]);
  await expect(handleRequest(deps, MESSAGE)).rejects.toThrow('s3: Away');
  expect(sent).toEqual([]);
});

it('a dry run changes nothing, and is no act', async () => {
  const { deps, store } = createWorld([{ status: 'done', counts: { rows: 2 } }]);
  const request = { ...MESSAGE.request, dry_run: true };
  expect(await handleRequest(deps, { ...MESSAGE, request })).toBe('done');
  expect(listLines(store)).toEqual([]);
});

it('a request ends after two days of waiting', async () => {
  const { deps, work } = createWorld([{ status: 'waits' }, { status: 'waits' }]);
  await handleRequest(deps, { ...MESSAGE, hops: MAX_HOPS });
  const late = handleRequest(deps, { ...MESSAGE, hops: MAX_HOPS + 1 });
  await expect(late).rejects.toThrow('has not ended after 3000 messages');
  expect(work).toHaveBeenCalledTimes(1);
});
