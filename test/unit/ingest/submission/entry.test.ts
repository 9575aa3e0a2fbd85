import { expect, it } from 'vitest';
import { type InputEntry, readInput } from '../../../../ingest/submission/input.ts';
import type { Format, UploadOptions } from '../../../../schemas/index.ts';
import { aJob } from '../../../support/jobs.ts';

/** Reads the entries in the input of a job that has the tenant `acme` and the source `tour`. */
async function readEntries(
  text: string,
  format: Format = 'jsonl',
  options: UploadOptions = {},
): Promise<InputEntry[]> {
  const input = {
    kind: 'upload' as const,
    format,
    options,
    key: 'inputs/job_1',
    etag: 'e',
    bytes: 1,
  };
  const job = aJob({ job_id: 'job_1', tenant: 'acme', source_id: 'tour', input });
  const inputs = {
    async *read(_key: string, { from }: { from: number }) {
      yield Buffer.from(text).subarray(from);
    },
  };
  const entries: InputEntry[] = [];
  for await (const entry of readInput(inputs, job, { records: 0, bytes: 0 })) entries.push(entry);
  return entries;
}

const recordsOf = (entries: InputEntry[]) =>
  entries.map((entry) => (entry.ok ? entry.record : entry.issues));

it.each([
  ['jsonl', '{"text":"a","tenant":"globex","job_id":"job_of_globex","job_index":9}'],
  ['csv', 'text,tenant,job_id,job_index\na,globex,job_of_globex,9'],
  ['tsv', 'text\ttenant\tjob_id\tjob_index\na\tglobex\tjob_of_globex\t9'],
] as const)(
  'a line of %s cannot change its tenant, job_id and job_index: those of the job count',
  async (format, text) => {
    const [entry] = await readEntries(text, format);
    expect(entry).toMatchObject({
      ok: true,
      job_index: 0,
      record: { text: 'a', tenant: 'acme', job_id: 'job_1', job_index: 0 },
    });
    expect(entry).not.toMatchObject({ record: { tenant: 'globex' } });
  },
);

it('a line of a job cannot claim a text that another caller has put on S3', async () => {
  const [, entry] = await readEntries(`{"text":"a"}\n{"text_claim":"${'a'.repeat(64)}"}`);
  expect(entry?.ok).toBe(false);
  expect(JSON.stringify(entry)).toContain('"path":"text"');
});

it('a line of a job has the id, source and language that it names, or else those of its job', async () => {
  const entries = await readEntries(
    '{"text":"a","record_id":"mine","source":"hotel","language":"de"}\n{"text":"b"}\n{"text":"c","language_code":"fr"}',
  );
  expect(recordsOf(entries)).toMatchObject([
    { record_id: 'mine', source: 'hotel', language: 'de' },
    { record_id: 'job_1:1', source: 'tour', job_index: 1 },
    { record_id: 'job_1:2', source: 'tour', language: 'fr' },
  ]);
  expect(recordsOf(entries)[1]).not.toHaveProperty('language');
});

it('a line of a job carries author, url, attributes, version and time to its record', async () => {
  const fields = {
    text: 'a',
    author: 'Ann',
    url: 'https://example.com/',
    attributes: { stars: 5 },
    record_version: 3,
    created_at: '2026-11-23T10:00:00Z',
  };
  const [entry] = await readEntries(JSON.stringify(fields));
  expect(entry).toMatchObject({ ok: true, record: fields });
});

it('a job reads dates without a zone in the time zone of its options', async () => {
  const file = 'text,created_at\na,2026-07-01 12:00\nb,2026-07-01 12:00Z\n';
  const entries = await readEntries(file, 'csv', { time_zone: 'Europe/Berlin' });
  expect(recordsOf(entries)).toMatchObject([
    { created_at: '2026-07-01T12:00:00+02:00' },
    { created_at: '2026-07-01T12:00:00Z' },
  ]);
});

it('the input of a job cannot be read before it has arrived', async () => {
  const job = aJob({ job_id: 'job_1' });
  const inputs = { read: () => expect.fail('The input must not be read') };
  const entries = readInput(inputs, job, { records: 0, bytes: 0 })[Symbol.asyncIterator]();
  await expect(entries.next()).rejects.toThrow('etag');
});

it('a row that is no record keeps its place, and its issue has no path', async () => {
  const entries = await readEntries('{"text":"a"}\nno JSON\n{"text":"b"}');
  expect(entries.map(({ ok, job_index }) => [ok, job_index])).toEqual([
    [true, 0],
    [false, 1],
    [true, 2],
  ]);
  expect(recordsOf(entries)[1]).toMatchObject([{ path: '' }]);
});
