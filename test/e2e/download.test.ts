import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startDownloadCloud } from '../download/cloud.ts';
import { measureDownload } from '../download/measure.ts';
import { seedJob } from '../download/seed.ts';

const COUNT = 20_000;

let started: Awaited<ReturnType<typeof startDownloadCloud>>;
beforeAll(async () => {
  started = await startDownloadCloud();
  const { test } = started;
  await seedJob(test, { job_id: 'job_large', tenant: 'default', count: COUNT, every: 5 });
});
afterAll(() => started.test.stop());
beforeEach(async () => {
  await started.test.control('DELETE', 'faults');
});

const download = (headers: Record<string, string> = {}, method = 'GET', job_id = 'job_large') =>
  fetch(`${started.test.cloud.api}/jobs/${job_id}/download`, {
    method,
    headers: { 'x-api-key': started.api_key, ...headers },
  });

it('a download of 20,000 rows comes whole and in order from a function with 128 MB', async () => {
  const { rows, rss_growth_mib } = await measureDownload(started.client, 'job_large', COUNT);
  expect(rows).toBe(COUNT);
  // The emulated services, which read the table, are in the same process.
  expect(rss_growth_mib).toBeLessThan(150);
});

it('a download whose function is killed on the way is requested again, and comes whole all the same', async () => {
  const { test, client } = started;
  const functions = Object.keys(test.cloud.function_credentials);
  const caller = functions.find((id) => id.startsWith('ApiDownloadHandler'));
  const rule = { service: 'lambda', caller, kind: 'kill', count: 1, latency_ms: 300 };
  const readCounts = () =>
    test.cloud.status().functions.find(({ name }) => name.includes('ApiDownloadHandler'))!;
  const before = readCounts();
  await test.control('POST', 'faults', rule);
  expect((await measureDownload(client, 'job_large', COUNT)).rows).toBe(COUNT);
  const { errors, invocations } = readCounts();
  expect([errors - before.errors, invocations - before.invocations]).toEqual([1, 2]);
});

it('a download as CSV is compressed, begins with a byte order mark and has the number of rows in a header', async () => {
  const response = await download({ accept: 'text/csv', 'accept-encoding': 'gzip' });
  expect(response.headers.get('content-encoding')).toBe('gzip');
  expect(response.headers.get('x-job-records')).toBe(String(COUNT));
  expect(response.headers.get('content-disposition')).toContain('job_large.csv');
  const bytes = Buffer.from(await response.arrayBuffer());
  expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
  const rows: Record<string, string>[] = parse(bytes, { columns: true, bom: true });
  expect(rows).toHaveLength(COUNT);
  expect(rows[COUNT - 5]).toMatchObject({
    ...{ job_index: '19995', record_id: 'r-19995', outcome: 'done', source: 'api' },
    ...{ created_at: '2026-11-23T10:00:00.000Z', 'attributes.shop': 'Köln' },
  });
});

it('the path of downloads needs a key, refuses other methods, and knows no job of another tenant', async () => {
  const path = `${started.test.cloud.api}/jobs/job_large/download`;
  expect((await fetch(path)).status).toBe(401);
  expect((await download({ 'x-api-key': 'a'.repeat(40) })).status).toBe(403);
  expect((await download({}, 'POST')).status).toBe(405);
  expect((await download({}, 'HEAD')).status).toBe(200);
  const missing = await download({}, 'GET', 'job_unknown');
  expect(missing.status).toBe(404);
  expect(await missing.text()).toContain('NOT_FOUND');
});
