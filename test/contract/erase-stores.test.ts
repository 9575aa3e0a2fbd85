import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientConfig, createS3, serveService } from '@aurastream/embedded-cloud/testing';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createErasableHistory } from '../../aws/dynamodb/history/erase.ts';
import { createHistoryStore } from '../../aws/dynamodb/history/store.ts';
import { createSelectedRows } from '../../aws/dynamodb/results/selected.ts';
import { createResultsTable } from '../../aws/dynamodb/results/table.ts';
import { createErasableObjects, createErasureStates } from '../../aws/s3/erasable-objects.ts';
import { buildWithdrawal, stampOfErasure } from '../../operations/erase/withdrawal.ts';
import { type Result, recordKey, type Selector } from '../../schemas/index.ts';
import { aResult, putResults } from '../support/results.ts';
import { type ServedTables, serveTables } from '../support/tables.ts';
import { aPastVersion } from '../support/versions.ts';

// The adapters of an erasure on the embedded DynamoDB and S3, which refuse what AWS refuses.

const REQUESTED_AT = aResult().stamp;
const UNTIL = stampOfErasure(REQUESTED_AT);
let rows: ServedTables;
let history: ServedTables;
beforeAll(async () => {
  [rows, history] = await Promise.all([
    serveTables('record_key'),
    serveTables('record_key', 'position'),
  ]);
});
afterAll(async () => {
  await Promise.all([rows.close(), history.close()]);
});

async function createRows(results: Result[]) {
  const table_name = await rows.createTable();
  const deps = { client: rows.client, table_name, ttl_seconds: 86_400, now: () => REQUESTED_AT };
  expect(await putResults(createResultsTable(deps), results)).toEqual([]);
  const selected = createSelectedRows(deps);
  const list = async (selector: Selector) => {
    const ids: string[] = [];
    for (let after: string | undefined; ; ) {
      const page = await selected.page({ selector, accepted_until: UNTIL }, after);
      ids.push(...page.rows.map(({ record_id }) => record_id));
      if (page.next === undefined) return ids.sort();
      after = page.next;
    }
  };
  return { selected, list };
}

const RECORDS = [
  aResult({ record_id: 'ada', author: 'Ada', created_at: '2026-10-01T00:00:00.000Z' }),
  aResult({ record_id: 'bea', author: 'Bea' }),
  aResult({ record_id: 'other', author: 'Ada', source: 'other' }),
  aResult({ record_id: 'foreign', author: 'Ada', tenant: 'foreign' }),
  aResult({ record_id: 'later', author: 'Ada', stamp: UNTIL + 1 }),
  aResult({ record_id: 'gone', status: 'withdrawn', text: undefined }),
];

it.each([
  [{ tenant: 'default' }, ['ada', 'bea', 'other']],
  [{ tenant: 'default', source: 'app_reviews' }, ['ada', 'bea']],
  [{ tenant: 'default', author: 'Ada' }, ['ada', 'other']],
  [{ tenant: 'default', before: '2026-11-01T00:00:00Z' }, ['ada']],
  [{ tenant: 'default', source: 'app_reviews', record_id: 'ada' }, ['ada']],
  [{ tenant: 'default', source: 'app_reviews', record_id: 'later' }, []],
  [{ tenant: 'default', source: 'app_reviews', record_id: 'never' }, []],
])('the selection %j reads the rows %j', async (selector, ids) => {
  const { list } = await createRows(RECORDS);
  expect(await list(selector)).toEqual(ids);
});

it('rows that the erasure has withdrawn are read again, so that a page that is repeated after a crash gives the same rows', async () => {
  const { selected, list } = await createRows(RECORDS);
  const selector = { tenant: 'default', author: 'Ada' };
  const page = await selected.page({ selector, accepted_until: UNTIL });
  const withdrawals = page.rows.map((row) => buildWithdrawal(row, REQUESTED_AT));
  for (let run = 0; run < 2; run += 1) {
    const withdrawn = await selected.withdraw(withdrawals);
    expect(withdrawn.map(({ status, text, author }) => [status, text, author])).toEqual([
      ['withdrawn', undefined, undefined],
      ['withdrawn', undefined, undefined],
    ]);
  }
  expect(await list(selector)).toEqual(['ada', 'other']);
});

it('a withdrawal does not replace a row that was accepted later, and is not among the answers', async () => {
  const { selected } = await createRows(RECORDS);
  const later = buildWithdrawal(aResult({ record_id: 'later' }), REQUESTED_AT);
  expect(await selected.withdraw([later])).toEqual([]);
  expect(await selected.withdraw([])).toEqual([]);
});

it('all rows of a table of several pages are read, page after page', async () => {
  const text = 'x'.repeat(50_000);
  const many = Array.from({ length: 60 }, (_, i) => aResult({ record_id: `r${i}`, text }));
  const { list } = await createRows(many);
  expect(await list({ tenant: 'default' })).toHaveLength(60);
});

it('the replaced versions of some records are deleted and counted, and those of others stay', async () => {
  const table_name = await history.createTable();
  const deps = { client: history.client, table_name };
  const store = createHistoryStore({ ...deps, now: () => 0 });
  const erased = aResult({ record_id: 'ada' });
  const record_key = recordKey(erased);
  const other = recordKey(aResult({ record_id: 'bea' }));
  const versions = Array.from({ length: 30 }, (_, i) => {
    return aPastVersion({ revision: i }, { record_key, expires_at: 1_796_000_000 });
  });
  await store.put([
    ...versions,
    aPastVersion({}, { record_key: other, expires_at: 1_796_000_000 }),
  ]);
  const erasable = createErasableHistory(deps);
  expect(await erasable.delete([erased])).toBe(30);
  expect(await erasable.delete([erased])).toBe(0);
  const all = { before: Number.MAX_SAFE_INTEGER, limit: 10 };
  expect((await store.list({ record_key: other, ...all })).versions).toHaveLength(1);
});

it('objects are listed after a key, and an object without old versions keeps its current one', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'erase-s3-'));
  const emulated = createS3({ dataDir: dir, now: Date.now });
  const served = await serveService(emulated);
  const client = new S3Client({ ...clientConfig(served.endpoint), forcePathStyle: true });
  await emulated.createBucket('plain');
  const objects = createErasableObjects({ client, bucket_name: 'plain' });
  for (const key of ['a/1', 'a/2', 'a/3', 'b/1']) await objects.write(key, key);
  const keys: string[] = [];
  for await (const key of objects.keys('a/', 'a/1')) keys.push(key);
  expect(keys).toEqual(['a/2', 'a/3']);
  await objects.delete('a/2');
  await objects.forgetVersions('a/2');
  expect(await objects.read('a/2')).toBeUndefined();
  // A bucket whose current version has the id `null` keeps it.
  await objects.forgetVersions('a/3');
  expect(await objects.read('a/3')).toBe('a/3');
  const states = createErasureStates({ client, bucket_name: 'plain' });
  await client.send(
    new PutObjectCommand({ Bucket: 'plain', Key: 'erasures/erasure_1_a.json', Body: '1' }),
  );
  await states.put('erasure_1_b', '2');
  const ids: string[] = [];
  for await (const id of states.ids('erasure_1_')) ids.push(id);
  expect(ids).toEqual(['erasure_1_a', 'erasure_1_b']);
  expect([await states.get('erasure_1_b'), await states.get('erasure_2')]).toEqual([
    '2',
    undefined,
  ]);
  client.destroy();
  await served.close();
  await rm(dir, { recursive: true });
});
