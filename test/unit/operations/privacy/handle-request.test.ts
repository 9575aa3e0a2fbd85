import { expect, it, vi } from 'vitest';
import {
  type HandleRequestDeps,
  handleRequest,
  MAX_HOPS,
} from '../../../../operations/privacy/handle-request.ts';
import {
  type PrivacyMessage,
  type PrivacyRequest,
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

/** A delivery after which SQS delivers the message again if it fails. */
const FIRST = { is_last: false };
const LAST = { is_last: true };

function createWorld(slices: Awaited<ReturnType<HandleRequestDeps['work']>>[]) {
  const store = createMemoryAuditStore();
  const trail = createTrail(store, () => NOW);
  const sent: { message: PrivacyMessage; delay_seconds: number }[] = [];
  const work = vi.fn(async () => {
    const slice = slices.shift();
    if (slice === undefined) throw new ServiceError('s3', 'Away', { retryable: true });
    return slice;
  });
  const stored: PrivacyRequest[] = [];
  const deps: HandleRequestDeps = {
    requests: { put: async (request) => void stored.push(request) },
    now: () => NOW,
    queue: { send: async (message, delay_seconds) => void sent.push({ message, delay_seconds }) },
    trailOf: (caller) => ({ ...trail, caller }),
    work,
  };
  return { store, deps, sent, stored, work };
}

it('an act is in the audit trail, by its caller, before anything is erased', async () => {
  const { deps, store, work } = createWorld([]);
  work.mockImplementation(async () => {
    expect(listLines(store)).toMatchObject([{ act: 'erase', phase: 'begun', ...MESSAGE.caller }]);
    return { status: 'done', counts: { rows: 2 } };
  });
  expect(await handleRequest(deps, MESSAGE, FIRST)).toBe('done');
  const [begun, ended] = listLines(store);
  expect(ended).toMatchObject({ phase: 'ended', outcome: 'done', counts: { rows: 2 } });
  expect(ended?.act_id).toBe(begun?.act_id);
  expect(JSON.stringify([begun, ended])).not.toContain('Ada');
});

it('a request whose act cannot be recorded is not done, and is delivered again', async () => {
  const { deps, store, work } = createWorld([{ status: 'done', counts: {} }]);
  store.put = () => Promise.reject(new ServiceError('s3', 'AccessDenied', { retryable: false }));
  await expect(handleRequest(deps, MESSAGE, FIRST)).rejects.toThrow(
    'Nothing was done: the act erase',
  );
  expect(work).not.toHaveBeenCalled();
});

it('a request goes on in other messages until it is done, and has one act in the trail', async () => {
  const { deps, store, sent } = createWorld([
    { status: 'again' },
    { status: 'waits' },
    { status: 'done', counts: {} },
  ]);
  for (let next: PrivacyMessage | undefined = MESSAGE; next !== undefined; ) {
    await handleRequest(deps, next, FIRST);
    next = sent.at(-1)?.message.hops === next.hops + 1 ? sent.at(-1)?.message : undefined;
  }
  expect(sent.map(({ delay_seconds }) => delay_seconds)).toEqual([0, 60]);
  expect(sent.map(({ message }) => message.hops)).toEqual([1, 2]);
  expect(listLines(store).map(({ phase }) => phase)).toEqual(['begun', 'ended']);
});

it('a slice that fails is thrown, so that SQS delivers its message again, and no message goes on', async () => {
  const { deps, sent } = createWorld([]);
  await expect(handleRequest(deps, MESSAGE, FIRST)).rejects.toThrow('s3: Away');
  expect(sent).toEqual([]);
});

it('a dry run changes nothing, and is no act', async () => {
  const { deps, store } = createWorld([{ status: 'done', counts: { rows: 2 } }]);
  const request = { ...MESSAGE.request, dry_run: true };
  expect(await handleRequest(deps, { ...MESSAGE, request }, FIRST)).toBe('done');
  expect(listLines(store)).toEqual([]);
});

it('a request ends after two days of waiting, and has failed', async () => {
  const { deps, stored, work } = createWorld([{ status: 'waits' }, { status: 'waits' }]);
  await handleRequest(deps, { ...MESSAGE, hops: MAX_HOPS }, FIRST);
  const late = handleRequest(deps, { ...MESSAGE, hops: MAX_HOPS + 1 }, FIRST);
  await expect(late).rejects.toThrow('has not ended after 3000 messages');
  expect(work).toHaveBeenCalledTimes(1);
  expect(stored.at(-1)).toMatchObject({ failure: { reason: 'timed_out' } });
});

it('a request is stored with the time of each of its slices, and without its selection', async () => {
  const { deps, stored } = createWorld([{ status: 'again' }]);
  await handleRequest(deps, MESSAGE, FIRST);
  const touched_at = new Date(NOW).toISOString();
  expect(stored).toEqual([{ ...MESSAGE.request, touched_at }]);
});

const FAILED_AT = new Date(NOW).toISOString();

it('a request whose message fails for the fifth time has failed, with its reason, and so has its act', async () => {
  const { deps, store, stored } = createWorld([]);
  await expect(handleRequest(deps, MESSAGE, FIRST)).rejects.toThrow('s3: Away');
  expect(stored.some(({ failure }) => failure !== undefined)).toBe(false);
  await expect(handleRequest(deps, MESSAGE, LAST)).rejects.toThrow('s3: Away');
  expect(stored.at(-1)).toMatchObject({
    failure: { reason: 'service_unavailable', failed_at: FAILED_AT },
  });
  expect(listLines(store).at(-1)).toMatchObject({
    ...{ phase: 'ended', outcome: 'failed', error_code: 'Away' },
  });
});

it('a request that the audit trail does not take for the fifth time has failed, and nothing is done', async () => {
  const { deps, store, stored, work } = createWorld([{ status: 'done', counts: {} }]);
  store.put = () => Promise.reject(new ServiceError('s3', 'AccessDenied', { retryable: false }));
  await expect(handleRequest(deps, MESSAGE, LAST)).rejects.toThrow('Nothing was done');
  expect(stored.at(-1)).toMatchObject({ failure: { reason: 'audit_unavailable' } });
  expect(work).not.toHaveBeenCalled();
});

it('a request with an error of its own has failed with the reason internal_error', async () => {
  const { deps, stored, work } = createWorld([]);
  work.mockRejectedValue(new TypeError('a text of a user'));
  await expect(handleRequest(deps, MESSAGE, LAST)).rejects.toThrow();
  expect(stored.at(-1)).toMatchObject({ failure: { reason: 'internal_error' } });
  expect(JSON.stringify(stored)).not.toContain('a text');
});

it('a failed request goes on when its dead letter is moved back to the queue', async () => {
  const { deps, stored, work } = createWorld([]);
  await expect(handleRequest(deps, MESSAGE, LAST)).rejects.toThrow();
  work.mockResolvedValue({ status: 'done', counts: {} });
  expect(await handleRequest(deps, MESSAGE, FIRST)).toBe('done');
  expect(stored.at(-1)).not.toHaveProperty('failure');
});

it('a request that cannot go on has failed at once, its message ends, and its act has failed', async () => {
  const { deps, sent, store, stored } = createWorld([{ status: 'failed', reason: 'erased' }]);
  const request = { ...MESSAGE.request, kind: 'export' as const };
  expect(await handleRequest(deps, { ...MESSAGE, request }, FIRST)).toBe('failed');
  expect(stored.at(-1)).toMatchObject({ failure: { reason: 'erased' } });
  expect(sent).toEqual([]);
  expect(listLines(store).at(-1)).toMatchObject({ act: 'export', outcome: 'failed' });
});
