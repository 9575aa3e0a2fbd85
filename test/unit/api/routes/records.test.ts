import { afterEach, expect, it, vi } from 'vitest';
import { recordsResponseSchema, ServiceError } from '../../../../schemas/index.ts';
import { createFakeStream, recordOf } from '../../../fakes/record-stream.ts';
import { errorOf, testApi } from '../app.ts';

afterEach(() => {
  vi.useRealTimers();
});

async function send(api: ReturnType<typeof testApi>, records: unknown[]) {
  const response = await api.post({ records }, 'application/json', '/records');
  expect(response.status).toBe(202);
  return recordsResponseSchema.parse(await response.json());
}

it('POST /records puts nothing on the stream that only the product may set', async () => {
  const api = testApi();
  const record = { record_id: 'a', source: 's', text: 'one', attributes: { stars: 5 } };
  const forged = {
    tenant: 'globex',
    job_id: 'job_of_globex',
    job_index: 7,
    text_claim: 'a'.repeat(64),
    analysis_run: 1_900_000_000,
    stamp: 1_600_000_000_000,
  };
  const answer = await send(api, [{ ...record, ...forged }]);
  expect(answer).toMatchObject({ accepted: 1, refused: 0, failed: 0 });
  const stamp = expect.any(Number);
  expect(api.entries.map(recordOf)).toEqual([{ ...record, tenant: 'acme', stamp }]);
  expect(recordOf(api.entries[0]!)).not.toMatchObject({ stamp: forged.stamp });
});

it('POST /records answers each record in its order', async () => {
  const api = testApi();
  const answer = await send(api, [
    { record_id: 'a', source: 's', text: 'one' },
    { record_id: 'b', source: 'No Slug', text: 'private words' },
    'no record',
    null,
    ['no record'],
    { record_id: 'c', source: 's', deleted: true },
  ]);
  expect(answer).toMatchObject({ accepted: 2, refused: 4, failed: 0 });
  expect(answer.records).toMatchObject([
    { status: 'accepted', record_id: 'a' },
    { status: 'refused', issues: [{ path: 'source' }] },
    { status: 'refused', issues: [{ message: 'must be a JSON object' }] },
    { status: 'refused', issues: [{ message: 'must be a JSON object' }] },
    { status: 'refused', issues: [{ message: 'must be a JSON object' }] },
    { status: 'accepted', record_id: 'c' },
  ]);
  expect(JSON.stringify(answer)).not.toContain('private');
});

it('POST /records gives a record without an id the id that it returns', async () => {
  const api = testApi();
  const { records } = await send(api, [{ source: 's', text: 'one' }]);
  expect(records[0]?.record_id).toMatch(/^[0-9a-f-]{36}$/);
  expect(api.entries.map(recordOf)).toMatchObject([{ record_id: records[0]?.record_id }]);
});

it('POST /records waits for no timer before it sends its records, and sends them in one request', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] });
  let requests = 0;
  const { stream } = createFakeStream();
  const api = testApi(undefined, {
    stream: {
      putRecords: async (entries) => {
        requests += 1;
        return stream.putRecords(entries);
      },
    },
  });
  const records = Array.from({ length: 30 }, (_, i) => ({ source: 's', text: `${i}` }));
  expect(await send(api, records)).toMatchObject({ accepted: 30 });
  expect(requests).toBe(1);
});

it('POST /records fails the records that the stream refuses for good, with the code of the service', async () => {
  const { stream } = createFakeStream();
  const api = testApi(undefined, {
    stream: {
      putRecords: async (entries) => {
        if (entries.some((entry) => recordOf(entry).record_id === 'b')) {
          throw new ServiceError('kinesis', 'AccessDenied', { retryable: false });
        }
        return stream.putRecords(entries);
      },
    },
  });
  expect(await send(api, [{ record_id: 'b', source: 's', text: 'two' }])).toEqual({
    accepted: 0,
    refused: 0,
    failed: 1,
    records: [{ status: 'failed', error: 'AccessDenied', record_id: 'b' }],
  });
});

it.each([
  ['no records', []],
  ['501 records', Array.from({ length: 501 }, () => ({ source: 's', text: 'a' }))],
])('POST /records refuses %s', async (_, records) => {
  const api = testApi();
  const response = await api.post({ records }, 'application/json', '/records');
  expect(response.status).toBe(400);
  expect(await errorOf(response)).toMatchObject({ field: 'records' });
  expect(api.entries).toEqual([]);
});

it('POST /records puts a text that is too long for the stream under the caller’s tenant', async () => {
  const claimed: [string, number][] = [];
  const api = testApi(undefined, {
    claims: {
      put: async (tenant, text) => {
        claimed.push([tenant, text.length]);
        return 'b'.repeat(64);
      },
    },
  });
  // The text is too long even if it is gzipped. JSON takes six bytes for most control characters,
  // and gzip cannot compress random characters well.
  let state = 1;
  const text = Array.from({ length: 1_048_576 }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return String.fromCharCode((state >>> 16) % 128);
  }).join('');
  const answer = await send(api, [{ record_id: 'a', source: 's', text }]);
  expect(answer.accepted).toBe(1);
  expect(claimed).toEqual([['acme', text.length]]);
  expect(api.entries.map(recordOf)).toMatchObject([
    { record_id: 'a', tenant: 'acme', text_claim: 'b'.repeat(64) },
  ]);
});
