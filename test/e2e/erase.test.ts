import { hash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PutRecordCommand } from '@aws-sdk/client-kinesis';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { prepareKeys } from '../../cli/start/keys.ts';
import { privacySchema } from '../../schemas/index.ts';
import { type Caller, createCaller } from '../support/api.ts';
import { changedAssembly, type Template } from '../support/assembly.ts';
import { aurastream } from '../support/aurastream.ts';
import { type TestCloud, testCloud } from '../support/cloud.ts';
import { findInCurrentStores, findInOldVersions } from '../support/find-canaries.ts';
import { functionLog } from '../support/observe.ts';

const WAIT = { timeout: 120_000, interval: 250 };
let assembly: string;
let test: TestCloud;
let call: Caller;
beforeAll(async () => {
  assembly = await changedAssembly((template) => {
    keepAuthors(template);
    endSlicesEarly(template);
  });
  test = await testCloud({ assemblyDir: assembly });
  call = createCaller(test.cloud.api, (await prepareKeys(test.cloud)).api_key);
});
afterAll(async () => {
  await test.stop();
  await rm(assembly, { recursive: true, force: true });
});

/** All stores but those of the source `masked` keep the names of authors, so that the canaries can be looked for. */
function keepAuthors({ Resources }: Template): void {
  const privacy = privacySchema.parse({
    ...{ engine: 'local', placeholders: 'types', policy: 'off', stored_text: 'full' },
    by_source: { 'default/masked': { policy: 'redact', stored_text: 'redacted' } },
  });
  for (const { Properties } of Object.values(Resources)) {
    const { Variables } = Properties?.Environment ?? {};
    if (Variables?.PRIVACY !== undefined) Variables.PRIVACY = JSON.stringify(privacy);
  }
}

/** Gives the function of the requests no time for more than one page or file in each message. */
function endSlicesEarly({ Resources }: Template): void {
  for (const [id, { Type, Properties }] of Object.entries(Resources)) {
    if (Type === 'AWS::Lambda::Function' && id.startsWith('Privacy')) Properties.Timeout = 90;
  }
}

/** Words that only the erased records have. */
const CANARIES = ['Canary Person', 'canaryword', 'canary.example'];
const AUTHOR = 'Canary Person';

const put = (data: string) =>
  test.clients.kinesis.send(
    new PutRecordCommand({
      StreamName: test.stack.StreamName,
      PartitionKey: 'p',
      Data: Buffer.from(data),
    }),
  );
const publish = (record: object) => put(JSON.stringify({ source: 'shop', ...record }));

async function run(args: string[], code = 0) {
  const ended = await aurastream(args, { env: test.environment });
  expect(ended.code, ended.stderr).toBe(code);
  return ended.stdout;
}

async function plantCanaries(): Promise<void> {
  const canary = { author: AUTHOR, url: 'https://canary.example/1' };
  await publish({ record_id: 'c1', text: 'A first canaryword', ...canary });
  await publish({ record_id: 'kept', text: 'This one stays', author: 'Ada' });
  await publish({ source: 'masked', record_id: 'c4', text: 'A masked canaryword', author: AUTHOR });
  // Not a valid record: it becomes a set-aside with its author.
  await publish({ record_id: 'c2', text: 7, ...canary, attributes: { note: 'canaryword' } });
  await put('{"text": "kept, and unreadable');
  const { status } = await call('/analyze/async', {
    method: 'POST',
    body: {
      documents: [{ record_id: 'c3', text: 'A canaryword in a job', author: AUTHOR }],
      source_id: 'jobs',
    },
  });
  expect(status).toBe(202);
  await vi.waitFor(async () => {
    const rows = await Promise.all([
      test.results.get({ tenant: 'default', source: 'shop', record_id: 'c1' }),
      test.results.get({ tenant: 'default', source: 'jobs', record_id: 'c3' }),
      test.results.get({ tenant: 'default', source: 'masked', record_id: 'c4' }),
    ]);
    expect(rows.every((row) => row !== undefined)).toBe(true);
  }, WAIT);
  await publish({ record_id: 'c1', text: 'A corrected canaryword', ...canary });
  await vi.waitFor(async () => {
    await test.settleLake();
    const versions = "SELECT DISTINCT text FROM results_raw WHERE record_id = 'c1'";
    expect((await test.query(versions)).rows).toHaveLength(2);
    const reasons: string[] = [];
    for await (const { reason } of test.set_asides.list()) reasons.push(reason);
    expect(reasons).toHaveLength(2);
  }, WAIT);
  // The result of a query, which the embedded Athena does not keep on S3.
  await test.clients.s3.send(
    new PutObjectCommand({
      Bucket: test.stack.LakeBucketName,
      Key: 'query-results/1.csv',
      Body: 'a canaryword',
    }),
  );
}

it('aurastream erase leaves no word of an author in any current store, and signs a report that privacy verify accepts', async () => {
  await plantCanaries();
  const before = await findInCurrentStores(test, CANARIES);
  for (const place of ['results_raw', 'set-asides', 'query-results', 'results: ']) {
    expect(before.join('\n'), place).toContain(place);
  }
  const selection = ['--tenant', 'default', '--author', AUTHOR];
  const exported = (await run(['export', ...selection]))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(exported.at(-1).manifest.lines).toMatchObject({ results_table: 3, set_asides: 1 });
  expect(JSON.stringify(exported)).toContain('A first canaryword');

  const dry = JSON.parse(await run(['erase', ...selection, '--dry-run', '--json']));
  const countOf = (report: { stores: { store: string; count: number }[] }, store: string) =>
    report.stores.find((one) => one.store === store)?.count;
  expect(countOf(dry.report, 'lake_results')).toBe(3);
  expect(await findInCurrentStores(test, CANARIES)).toEqual(
    expect.arrayContaining(before.slice(0, 1)),
  );

  const printed = await run(['erase', ...selection, '--yes', '--json']);
  expect(await findInCurrentStores(test, CANARIES)).toEqual([]);
  expect(await findInOldVersions(test, CANARIES)).toEqual([]);
  const { report } = JSON.parse(printed);
  expect(JSON.stringify(report)).not.toContain(AUTHOR);
  expect(countOf(report, 'results_table')).toBe(3);
  expect(countOf(report, 'set_asides')).toBe(1);
  // The sweeper deletes the inputs of jobs that are over, once a minute.
  expect(countOf(report, 'job_inputs')).toBeLessThanOrEqual(1);
  expect(countOf(report, 'lake_raw')).toBeGreaterThan(0);
  expect(report.unreadable).toBe(1);
  const kept = { tenant: 'default', source: 'shop', record_id: 'kept' };
  expect((await test.results.get(kept))?.text).toBe('This one stays');

  const file = join(test.data_dir, 'report.json');
  await writeFile(file, printed);
  expect(await run(['privacy', 'verify', file])).toContain('signed by this deployment');
  await writeFile(file, printed.replace('"count":3', '"count":2'));
  await run(['privacy', 'verify', file], 1);

  const acts = await run(['audit', 'list', '--json']);
  for (const act of ['erase', 'export']) expect(acts).toContain(`"act":"${act}"`);
  expect(acts).toContain('author_hmac');
  expect(acts).not.toContain(AUTHOR);

  const again = JSON.parse(await run(['erase', ...selection, '--yes', '--json']));
  expect(countOf(again.report, 'lake_results')).toBe(0);
}, 400_000);

/** Returns how many messages the function has handled for a request. */
async function countSlices(request_id: string): Promise<number> {
  const lines = (await functionLog(test.data_dir)).split('\n');
  return lines.filter((line) => line.includes('request handled') && line.includes(request_id))
    .length;
}

/** Exports the records of an author by the API, and checks the files that its URLs return. */
async function exportRecords(key: string, author: string): Promise<void> {
  const requested = await call('/privacy/exports', { method: 'POST', key, body: { author } });
  expect(requested.status).toBe(202);
  const { export_id } = requested.body;
  const done = await vi.waitFor(async () => {
    const { body } = await call(`/privacy/exports/${export_id}`, { key });
    expect(body.status).toBe('done');
    return body;
  }, WAIT);
  expect(done.downloads.length).toBeGreaterThan(1);
  expect(await countSlices(export_id)).toBeGreaterThan(done.downloads.length);
  const texts: string[] = [];
  for (const { url, bytes, sha256 } of done.downloads) {
    const answer = await fetch(url);
    const body = Buffer.from(await answer.arrayBuffer());
    expect([answer.status, body.length, hash('sha256', body, 'hex')]).toEqual([200, bytes, sha256]);
    expect((await fetch(url.replace(/part-\d+/, 'part-99999'))).status).toBe(403);
    texts.push(body.toString());
  }
  const lines = texts
    .join('')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const stores = new Set(lines.map(({ store }) => store));
  expect(stores).toEqual(new Set(['results_table', 'lake_raw', 'set_asides']));
  const raw = lines.filter(({ store }) => store === 'lake_raw').map((line) => JSON.stringify(line));
  expect(new Set(raw).size).toBe(raw.length);
  expect(texts.join('')).toContain('A second personword');
  expect((await findInCurrentStores(test, ['personword'])).join()).toContain('/exports/default/');
}

/**
 * Grants that this erasure does not use, because the stores have too little of the author, or that the embedded
 * cloud never records as used, as in test/e2e/lake.test.ts.
 */
const UNUSED =
  /^(athena:Stop|dynamodb:(GetItem|PutItem)|glue:|kinesis:PutRecord|s3:(Abort|Delete|Get|List|Put)|sqs:Send|xray:)/;

it('POST /privacy/exports writes the records of an author to files, POST /privacy/erasures erases them and the files, by a function that uses only its permissions, and the trail has both acts by the key', async () => {
  const author = 'Second Person';
  const { api_key: key } = JSON.parse(
    await run(['keys', 'create', '--tenant', 'default', '--rights', 'read,admin', '--json']),
  );
  await publish({ record_id: 'p1', text: 'A second personword', author });
  await publish({ record_id: 'p2', text: 7, author });
  const { body: job } = await call('/analyze/async', {
    method: 'POST',
    body: { documents: [{ record_id: 'p3', text: 'A personword', author }], source_id: 'jobs' },
  });
  await vi.waitFor(async () => {
    expect((await call(`/status/${job.job_id}`)).body.status).toBe('COMPLETED');
    const row = { tenant: 'default', source: 'shop', record_id: 'p1' };
    expect(await test.results.get(row)).toBeDefined();
    // A version that another one of the same batch replaces is in no store, so each try publishes one.
    await publish({ record_id: 'p1', text: 'A third personword', author });
    const { body } = await call('/results/shop/p1/history', { key });
    expect(body.versions.length).toBeGreaterThan(1);
  }, WAIT);
  await exportRecords(key, author);
  const requested = await call('/privacy/erasures', { method: 'POST', key, body: { author } });
  expect(requested.status).toBe(202);
  const path = `/privacy/erasures/${requested.body.erasure_id}`;
  const done = await vi.waitFor(async () => {
    const { body } = await call(path, { key });
    expect(body.status).toBe('done');
    return body;
  }, WAIT);
  expect(done.counts).toMatchObject({ results_table: 2, set_asides: 1 });
  expect(done.counts.exports).toBeGreaterThan(1);
  expect(await countSlices(done.erasure_id)).toBeGreaterThan(10);
  expect(await findInCurrentStores(test, [author, 'personword'])).toEqual([]);

  const file = join(test.data_dir, 'api-report.json');
  await writeFile(file, JSON.stringify(done.signed));
  expect(await run(['privacy', 'verify', file])).toContain('signed by this deployment');
  await vi.waitFor(async () => {
    const acts = (await run(['audit', 'list', '--json'])).split('\n');
    const own = acts.filter((line) => line.includes('"who":"key '));
    expect(own.some((line) => line.includes('"act":"erase"'))).toBe(true);
    for (const act of ['request_erasure', 'request_export', 'download_export']) {
      expect(
        own.some((line) => line.includes(`"act":"${act}"`)),
        act,
      ).toBe(true);
    }
    // However many messages an act had, the trail has it once.
    for (const act of ['erase', 'export']) {
      expect(
        own.filter((line) => line.includes(`"act":"${act}"`)),
        act,
      ).toHaveLength(1);
    }
    expect(acts.join()).not.toContain(author);
  }, WAIT);
  const { unused } = (await test.control('GET', 'iam/unused')) as {
    unused: { role: string; action: string }[];
  };
  const mine = unused.filter(({ role }) => role.startsWith('Privacy'));
  expect(mine.map(({ action }) => action).filter((one) => !UNUSED.test(one))).toEqual([]);
}, 400_000);

it('aurastream privacy report says which store of the deployed template keeps what, and how long', async () => {
  const stores = JSON.parse(await run(['privacy', 'report', '--json']));
  expect(stores).toContainEqual({
    ...{ store: 'TablesResults', type: 'AWS::DynamoDB::Table', has_texts: true },
    ...{ holds: 'the current result of each record', days: 90, restorable_days: 35 },
    ended_by: 'TTL, and within some days DynamoDB',
  });
  expect(await run(['privacy', 'report'])).toContain('IngestFailures');
});
