import { expect, it } from 'vitest';
import type { TextClaimStore } from '../../../../ingest/index.ts';
import { type PrepareOptions, prepare } from '../../../../ingest/publisher/prepare.ts';
import { hashText, ServiceError } from '../../../../schemas/index.ts';
import { createLongText } from '../../../support/long-text.ts';

const LONG = createLongText();
const STAMP = 1_790_000_000_000;

/** Prepares a record whose text is too long. The claim store answers with `put`. */
async function prepareLong(
  put: TextClaimStore['put'],
  fields: object = {},
  options: Partial<PrepareOptions> = {},
) {
  const pauses: number[] = [];
  const prepared = await prepare(
    { source: 's', text: LONG, ...fields },
    {
      claims: { put },
      new_record_id: () => 'made',
      stamp: () => STAMP,
      retry: { max_attempts: 3, pause: async (attempt) => void pauses.push(attempt) },
      ...options,
    },
  );
  return { prepared, pauses };
}

it('a text that is too long goes to the claim store of its tenant, and the record carries the hash', async () => {
  const stored: string[] = [];
  const put = async (tenant: string, text: string) => {
    stored.push(tenant);
    return hashText(text);
  };
  const { prepared } = await prepareLong(put, { tenant: 'acme', author: 'Ann' });
  expect(prepared).toMatchObject({ ok: true, entry: { record_id: 'made' } });
  if (!prepared.ok) throw new Error('The record was refused');
  expect(JSON.parse(Buffer.from(prepared.entry.data).toString())).toEqual({
    ...{ source: 's', tenant: 'acme', author: 'Ann', record_id: 'made', stamp: STAMP },
    text_claim: hashText(LONG),
  });
  await prepareLong(put);
  expect(stored).toEqual(['acme', 'default']);
}, 60_000);

it('a record with a text that is too long keeps its own id', async () => {
  const { prepared } = await prepareLong(async () => hashText(LONG), { record_id: 'mine' });
  expect(prepared).toMatchObject({ ok: true, entry: { record_id: 'mine' } });
}, 60_000);

it('without a claim store, a text that is too long is refused', async () => {
  const { prepared } = await prepareLong(async () => '', {}, { claims: undefined });
  expect(prepared).toMatchObject({
    ...{ ok: false },
    outcome: { status: 'refused', reason: 'too_large', record_id: 'made' },
  });
}, 60_000);

it('an invalid record is refused, and its text is not stored', async () => {
  let puts = 0;
  const { prepared } = await prepareLong(async () => String(++puts), {
    text: 'x',
    source: 'No Slug',
  });
  expect(prepared).toMatchObject({ ok: false, outcome: { reason: 'invalid_record' } });
  expect(puts).toBe(0);
});

it('a claim store that is down is asked max_attempts times, with a pause between two attempts', async () => {
  let puts = 0;
  const { prepared, pauses } = await prepareLong(async () => {
    puts += 1;
    throw new ServiceError('s3', 'SlowDown', { retryable: true });
  });
  expect(prepared).toEqual({
    ok: false,
    outcome: { status: 'failed', record_id: 'made', code: 'SlowDown', attempts: 3 },
  });
  expect(puts).toBe(3);
  expect(pauses).toEqual([1, 2]);
}, 60_000);

it('a claim store that refuses for good is asked once', async () => {
  const { prepared, pauses } = await prepareLong(async () => {
    throw new ServiceError('s3', 'AccessDenied', { retryable: false });
  });
  expect(prepared).toMatchObject({ outcome: { status: 'failed', attempts: 1 } });
  expect(pauses).toEqual([]);
}, 60_000);

it('a bug in the claim store is thrown', async () => {
  const preparing = prepareLong(async () => {
    throw new TypeError('a bug');
  });
  await expect(preparing).rejects.toThrow(TypeError);
}, 60_000);
