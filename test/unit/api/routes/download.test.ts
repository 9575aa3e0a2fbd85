import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import type { ApiDeps, DownloadReport } from '../../../../api/deps.ts';
import {
  jobDownloadEndSchema,
  jobResultSchema,
  type Result,
  recordKey,
  ServiceError,
} from '../../../../schemas/index.ts';
import { createFakeRecordLists } from '../../../fakes/record-lists.ts';
import { aJob } from '../../../support/jobs.ts';
import { withRecords } from '../../../support/record-lists.ts';
import { aResult } from '../../../support/results.ts';
import { WAIT } from '../../../support/wait.ts';
import { errorOf, testApi } from '../app.ts';

const PATH = '/jobs/job_1/download';
const JSON_LINES = { accept: 'application/x-ndjson' };
const CSV = { accept: 'text/csv' };

/** Creates the API with a job of `count` records, whose results exist. */
async function createJobApi(
  count: number,
  more: Partial<ApiDeps> = {},
  describe: (i: number) => string | object = (i) => `text ${i}`,
) {
  const records = Array.from({ length: count }, (_, i) => {
    const content = describe(i);
    return { record_id: `r${i}`, ...(typeof content === 'string' ? { text: content } : content) };
  });
  const { record_lists, pages } = createFakeRecordLists();
  const reports: DownloadReport[] = [];
  const on_download = (report: DownloadReport) => reports.push(report);
  const api = testApi(undefined, { record_lists, on_download, ...more });
  const input = records.map((record) => JSON.stringify(record)).join('\n');
  await api.jobs.create(await withRecords(record_lists, aJob({ job_id: 'job_1' }), input));
  for (const { record_id } of records) putRow(api.rows, { record_id });
  const download = (headers: Record<string, string> = JSON_LINES, query = '', method = 'GET') =>
    api.request(`${PATH}${query}`, { method, headers });
  return { ...api, pages, reports, download };
}

function putRow(rows: Map<string, Result>, fields: Partial<Result>): void {
  const result = aResult({ tenant: 'acme', source: 'api', ...fields });
  rows.set(recordKey(result), result);
}

/** Splits JSON lines into the rows and the end. */
function parseLines(text: string) {
  const lines = text.trimEnd().split('\n');
  const last: unknown = JSON.parse(lines.pop() ?? '');
  const rows = lines.map((line) => jobResultSchema.parse(JSON.parse(line)));
  return { rows, end: jobDownloadEndSchema.parse(last).end };
}

/** Reads a body until it ends or breaks off. */
async function readBroken(response: Response): Promise<{ bytes: Buffer; error: unknown }> {
  const parts: Uint8Array[] = [];
  let error: unknown;
  try {
    for await (const part of response.body!) parts.push(part);
  } catch (cause) {
    error = cause;
  }
  return { bytes: Buffer.concat(parts), error };
}

const failAfter = (reads: number) => {
  let left = reads;
  return (results: ApiDeps['results']): ApiDeps['results'] => ({
    ...results,
    async getMany(records) {
      left -= 1;
      if (left < 0) throw new ServiceError('dynamodb', 'down', { retryable: true });
      return results.getMany(records);
    },
  });
};

it('a download has a line for each record in the order of the input, and a last line with their number', async () => {
  const { download, reports } = await createJobApi(250);
  const response = await download();
  expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
  expect(response.headers.get('content-disposition')).toBe('attachment; filename="job_1.jsonl"');
  expect(response.headers.get('x-job-records')).toBe('250');
  const text = await response.text();
  const { rows, end } = parseLines(text);
  expect(rows.map(({ job_index }) => job_index)).toEqual(Array.from({ length: 250 }, (_, i) => i));
  expect(rows.every(({ outcome }) => outcome === 'done')).toBe(true);
  expect(end).toEqual({ rows: 250 });
  expect(reports).toMatchObject([{ rows: 250, bytes: text.length, is_cut_off: false }]);
});

it('a caller that names no format gets JSON lines', async () => {
  const { download } = await createJobApi(1);
  expect(parseLines(await (await download({})).text()).end).toEqual({ rows: 1 });
});

it('a job without records is a download of the last line alone, or of the header of CSV', async () => {
  const { download } = await createJobApi(0);
  expect(await (await download()).text()).toBe('{"end":{"rows":0}}\n');
  expect((await (await download(CSV)).text()).split('\r\n')).toHaveLength(2);
});

it('a download as CSV begins with a byte order mark, has a column for each attribute, and no cell is a formula', async () => {
  const { download, rows } = await createJobApi(3);
  putRow(rows, { record_id: 'r1', text: '=1+1', attributes: { shop: 'Süd', stars: '4' } });
  const response = await download(CSV);
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(response.headers.get('content-disposition')).toBe('attachment; filename="job_1.csv"');
  const bytes = Buffer.from(await response.arrayBuffer());
  expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
  const lines: Record<string, string>[] = parse(bytes, { columns: true, bom: true });
  expect(lines).toHaveLength(3);
  expect(lines[1]).toMatchObject({
    ...{ record_id: 'r1', text: "'=1+1", source: 'api', created_at: '2026-11-23T10:00:00.000Z' },
    ...{ 'attributes.shop': 'Süd', 'attributes.stars': '4' },
  });
});

it('a download is compressed for a caller that accepts gzip', async () => {
  const { download, reports } = await createJobApi(500);
  const response = await download({ ...JSON_LINES, 'accept-encoding': 'br, gzip;q=0.5' });
  expect(response.headers.get('content-encoding')).toBe('gzip');
  const bytes = Buffer.from(await response.arrayBuffer());
  expect(parseLines(gunzipSync(bytes).toString()).rows).toHaveLength(500);
  expect(reports[0]?.bytes).toBe(bytes.length);
  for (const coding of ['', 'identity', 'gzip;q=0', '*;q=0']) {
    const plain = await download({ ...JSON_LINES, 'accept-encoding': coding });
    expect(plain.headers.get('content-encoding')).toBeNull();
    await plain.body!.cancel();
  }
});

it.each([
  ['bytes', { bytes: 1, milliseconds: 60_000 }],
  ['time', { bytes: 100_000_000, milliseconds: 2_500 }],
])(
  'a download that reaches its limit of %s ends with a cursor, and the downloads together have each row once',
  async (_, download_limits) => {
    const { download } = await createJobApi(2_000, { download_limits });
    const indexes: number[] = [];
    let query = '';
    let downloads = 0;
    for (let cursor: string | undefined = ''; cursor !== undefined; downloads += 1) {
      const { rows, end } = parseLines(await (await download(JSON_LINES, query)).text());
      indexes.push(...rows.map(({ job_index }) => job_index));
      cursor = end.next_cursor;
      query = `?cursor=${cursor}`;
    }
    expect(indexes).toEqual(Array.from({ length: 2_000 }, (_, i) => i));
    expect(downloads).toBeGreaterThan(1);
  },
);

it.each(['identity', 'gzip'])(
  'CSV that reaches a limit ends with a line that says INCOMPLETE, and the body breaks off, in the coding %s',
  async (coding) => {
    const { download, reports, errors } = await createJobApi(2_000, {
      download_limits: { bytes: 1, milliseconds: 60_000 },
    });
    const response = await download({ ...CSV, 'accept-encoding': coding });
    const { bytes, error } = await readBroken(response);
    const text = (coding === 'gzip' ? gunzipSync(bytes) : bytes).toString();
    expect(error).toBeDefined();
    const [rows] = /This file has only (\d+) rows/.exec(text)?.slice(1) ?? [];
    expect(text.trimEnd().split('\r\n').at(-1)).toMatch(/^INCOMPLETE,,/);
    expect(Number(rows)).toBeGreaterThan(900);
    expect(text.split('\r\n')).toHaveLength(Number(rows) + 3);
    expect(reports).toMatchObject([{ rows: Number(rows), is_cut_off: true }]);
    expect(errors).toEqual([]);
  },
);

it('a download during which a service fails breaks off without its last line', async () => {
  const { results } = testApi().deps;
  const { download, reports, errors } = await createJobApi(3_000, {
    results: failAfter(20)(results),
  });
  const { bytes, error } = await readBroken(await download());
  expect(error).toBeDefined();
  expect(bytes.length).toBeGreaterThan(1_000);
  expect(bytes.toString()).not.toContain('"end"');
  expect(reports).toMatchObject([{ is_cut_off: true }]);
  expect(errors).toEqual([]);
});

it('a service that fails before the first row is answered with its status', async () => {
  const { results } = testApi().deps;
  const { download } = await createJobApi(10, { results: failAfter(0)(results) });
  const response = await download();
  expect(response.status).toBe(503);
  expect((await errorOf(response)).code).toBe('SERVICE_UNAVAILABLE');
  expect(response.headers.get('content-type')).toContain('application/json');
});

it('a job of another tenant or without its record list is not found, and CSV takes no cursor', async () => {
  const { download, pages, request } = await createJobApi(10);
  expect((await request(PATH, {}, 'other')).status).toBe(404);
  expect((await request('/jobs/job_2/download')).status).toBe(404);
  expect((await download(JSON_LINES, '?cursor=x')).status).toBe(400);
  expect((await errorOf(await download(CSV, '?cursor=MTAgMTA'))).field).toBe('cursor');
  pages.clear();
  expect((await download()).status).toBe(404);
});

it('the head of a download has its headers, and reads no rows', async () => {
  const { results } = testApi().deps;
  const { download } = await createJobApi(10, { results: failAfter(0)(results) });
  const response = await download(CSV, '', 'HEAD');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(await response.text()).toBe('');
});

it('a slow reader stops the reading of the table, so that the memory does not grow with the job', async () => {
  let reads = 0;
  const { results } = testApi().deps;
  const counting: ApiDeps['results'] = {
    ...results,
    getMany: async () => {
      reads += 1;
      return new Map();
    },
  };
  const { download } = await createJobApi(20_000, { results: counting });
  const response = await download();
  const reader = response.body!.getReader();
  await reader.read();
  await expect.poll(() => reads, WAIT).toBeGreaterThan(0);
  for (let turn = 0; turn < 1_000; turn += 1) await new Promise(setImmediate);
  expect(reads).toBeLessThan(100);
  await reader.cancel();
});

it('a read of the table ends at 8 Mi characters of texts and attributes, so that long ones do not fill the memory', async () => {
  const sizes: number[] = [];
  const { results } = testApi().deps;
  const counting: ApiDeps['results'] = {
    ...results,
    getMany: async (records) => {
      sizes.push(records.length);
      return new Map();
    },
  };
  const text = 'x'.repeat(1024 * 1024);
  const { download } = await createJobApi(20, { results: counting }, () => text);
  const { rows } = parseLines(await (await download()).text());
  expect(rows.map(({ job_index }) => job_index)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect(sizes).toEqual([8, 8, 4]);
  sizes.length = 0;
  const attributes = Object.fromEntries(
    Array.from({ length: 32 }, (_, i) => [`a${i}`, i === 0 ? 1 : 'x'.repeat(1_000)]),
  );
  // Of these texts alone, a read would take 18.
  const large = { text: 'x'.repeat(480 * 1024), attributes };
  const other = await createJobApi(20, { results: counting }, () => large);
  await (await other.download()).text();
  expect(sizes).toEqual([17, 3]);
});
