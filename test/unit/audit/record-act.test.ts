import { expect, it, vi } from 'vitest';
import { hashPerson } from '../../../audit/keys.ts';
import { AuditUnavailable, recordAct } from '../../../audit/record-act.ts';
import { ServiceError } from '../../../schemas/index.ts';
import {
  AUDIT_KEYS,
  createMemoryAuditStore,
  createTrail,
  listLines,
} from '../../support/audit-trail.ts';

const NOW = Date.parse('2026-11-27T10:00:00Z');

it('an act is in the trail before it is done, and its outcome after it', async () => {
  const store = createMemoryAuditStore();
  const trail = createTrail(store, () => NOW);
  const result = await recordAct(
    trail,
    { act: 'replay', tenant: 'acme', selectors: { from: '2026-11-01' } },
    async () => {
      expect(listLines(store)).toMatchObject([{ phase: 'begun', act: 'replay', tenant: 'acme' }]);
      return 7;
    },
    (records) => ({ counts: { records } }),
  );
  expect(result).toBe(7);
  const [begun, ended] = listLines(store);
  expect(ended).toMatchObject({ phase: 'ended', outcome: 'done', counts: { records: 7 } });
  expect(ended?.act_id).toBe(begun?.act_id);
  expect(begun).toMatchObject({ ...trail.caller, at: '2026-11-27T10:00:00.000Z' });
});

it('an act that cannot be recorded is not done, and the error says so', async () => {
  const store = createMemoryAuditStore();
  store.put = () => Promise.reject(new ServiceError('s3', 'AccessDenied', { retryable: false }));
  const work = vi.fn();
  const acting = recordAct(
    createTrail(store, () => NOW),
    { act: 'erase' },
    work,
  );
  await expect(acting).rejects.toThrow(AuditUnavailable);
  await expect(acting).rejects.toThrow('Nothing was done: the act erase');
  await expect(acting).rejects.toThrow('s3: AccessDenied');
  expect(work).not.toHaveBeenCalled();
});

it('an act without a name of the list is refused before it is done', async () => {
  const work = vi.fn();
  const trail = createTrail(createMemoryAuditStore(), () => NOW);
  await expect(recordAct(trail, { act: 'wipe' as never }, work)).rejects.toThrow(AuditUnavailable);
  expect(work).not.toHaveBeenCalled();
});

it('a failed act is recorded with the code of its error and without its message', async () => {
  const store = createMemoryAuditStore();
  const trail = createTrail(store, () => NOW);
  const error = new ServiceError('dynamodb', 'ThrottlingException', { retryable: true });
  await expect(recordAct(trail, { act: 'undo' }, () => Promise.reject(error))).rejects.toBe(error);
  await expect(
    recordAct(trail, { act: 'undo' }, () => Promise.reject(new TypeError('I hate my cat'))),
  ).rejects.toThrow(TypeError);
  const ends = listLines(store).filter(({ phase }) => phase === 'ended');
  expect(ends.map(({ outcome, error_code }) => [outcome, error_code])).toEqual([
    ['failed', 'ThrottlingException'],
    ['failed', 'TypeError'],
  ]);
  expect(JSON.stringify([...store.objects])).not.toContain('cat');
});

it('an act whose outcome cannot be written returns its result, and reports the loss', async () => {
  const store = createMemoryAuditStore();
  const trail = createTrail(store, () => NOW);
  const result = await recordAct(trail, { act: 'replay' }, async () => {
    store.put = () => Promise.reject(new Error('S3 is away'));
    return 'done';
  });
  expect(result).toBe('done');
  expect(trail.lost).toEqual([new Error('S3 is away')]);
});

it('selectors of persons are stored as HMAC, the same for the same person', async () => {
  const store = createMemoryAuditStore();
  const trail = createTrail(store, () => NOW);
  const act = {
    act: 'erase',
    selectors: { source: 'reviews' },
    persons: { author: 'Ada L.' },
  } as const;
  await recordAct(trail, act, async () => undefined);
  const author_hmac = hashPerson(AUDIT_KEYS, 'author', 'Ada L.');
  expect(author_hmac).toMatch(/^[0-9a-f]{64}$/);
  expect(hashPerson(AUDIT_KEYS, 'author', 'Ada M.')).not.toBe(author_hmac);
  for (const line of listLines(store)) {
    expect(line.selectors).toEqual({ source: 'reviews', author_hmac });
  }
  expect(JSON.stringify([...store.objects])).not.toContain('Ada');
});

it('a text does not fit into a selector', async () => {
  const trail = createTrail(createMemoryAuditStore(), () => NOW);
  const work = vi.fn();
  const act = { act: 'export', selectors: { source: 'I love my cat' } } as const;
  await expect(recordAct(trail, act, work)).rejects.toThrow(AuditUnavailable);
  expect(work).not.toHaveBeenCalled();
});
