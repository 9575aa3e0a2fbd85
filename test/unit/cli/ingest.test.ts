import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { ingestCommand } from '../../../cli/commands/ingest.ts';
import { runCommand } from '../../support/cli.ts';
import { watchClosing } from '../../support/publisher.ts';

/** The file `breaks.csv` can be read up to this offset, and no further. */
let breaks_at = 0;
vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  const createReadStream: typeof fs.createReadStream = (path, options) => {
    const stream = fs.createReadStream(path, options);
    let left = breaks_at;
    if (!String(path).endsWith('breaks.csv')) return stream;
    stream.on('data', (chunk) => {
      left -= chunk.length;
      if (left < 0) stream.destroy(new Error('EIO: i/o error, read'));
    });
    return stream.pause();
  };
  return { ...fs, createReadStream };
});

const kinesis = mockClient(KinesisClient);
let folder: string;
let published: Record<string, unknown>[];
let keys: string[];
/** The stream refuses the whole request, for good, if this text occurs in one of its records. */
let refused: string | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aurastream-cli-ingest-'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  published = [];
  keys = [];
  refused = undefined;
  kinesis.reset();
  kinesis.on(PutRecordsCommand).callsFake(({ StreamName, Records }) => {
    expect(StreamName).toBe('bulk-stream');
    const texts = Records.map(({ Data }: { Data: Uint8Array }) => Buffer.from(Data).toString());
    if (refused !== undefined && texts.join('').includes(refused)) {
      const invalid = { name: 'InvalidArgumentException', $metadata: { httpStatusCode: 400 } };
      throw Object.assign(new Error('no'), invalid);
    }
    keys.push(...Records.map(({ PartitionKey }: { PartitionKey: string }) => PartitionKey));
    published.push(...texts.map((text: string) => JSON.parse(text)));
    return { Records: texts.map(() => ({ ShardId: 's', SequenceNumber: '1' })) };
  });
});

async function ingest(name: string, content: string | Buffer, ...words: string[]) {
  const path = join(folder, name);
  await writeFile(path, content);
  return runCommand(ingestCommand(), path, ...words);
}

it('ingest publishes the records of a file, says how many are on the stream, and exits with 0', async () => {
  const { stdout, exit_code } = await ingest('My Reviews.csv', 'text\nGood\nBad\n');
  expect(stdout).toMatch(
    /^2 of 2 records are on the stream; 0 refused; 0 failed; 0 sent again; [\d.]+ s, \d+ records\/s\nrun run_\S+$/,
  );
  expect(exit_code).toBeUndefined();
  expect(published).toMatchObject([
    { text: 'Good', source: 'my-reviews' },
    { text: 'Bad', source: 'my-reviews' },
  ]);
  expect(published[0]).not.toHaveProperty('tenant');
});

it('ingest puts the records of a small file on one shard', async () => {
  const { stdout } = await ingest('small.csv', 'text\nGood\nBad\n');
  const run_id = /run (run_\S+)/.exec(stdout)?.[1];
  expect(keys).toEqual([run_id, run_id]);
});

it('the records of an ingest carry the id of its run, which no other ingest has', async () => {
  const content = 'text,run_id\nGood,theirs\nBad,\n';
  const summaries = [];
  for (const _ of [1, 2])
    summaries.push(JSON.parse((await ingest('a.csv', content, '--json')).stdout));
  const [one, other] = summaries.map(({ run_id }) => run_id);
  expect(one).not.toBe(other);
  expect(published.map(({ run_id }) => run_id)).toEqual([one, one, other, other]);
  expect(published[0]).toMatchObject({ attributes: { run_id: 'theirs' } });
});

it('ingest gives source and tenant to the records that name none, and reads the format and the text field that are named', async () => {
  const content = 'body\ttenant\nGood\t\nBad\tglobex\n';
  const words = ['--source', 'tour', '--tenant', 'acme', '--format', 'tsv', '--text-field', 'body'];
  await ingest('a.txt', content, ...words);
  expect(published).toMatchObject([
    { text: 'Good', source: 'tour', tenant: 'acme' },
    { text: 'Bad', source: 'tour', tenant: 'globex' },
  ]);
});

it('ingest names each bad line with the reason, publishes the others, and exits with 2', async () => {
  const content = '{"text":"one"}\nno json\n\n{"text":7}\n{"text":"two"}\n';
  const { stdout, stderr, exit_code } = await ingest('a.jsonl', content, '--json');
  expect(JSON.parse(stdout)).toEqual({
    run_id: expect.stringMatching(/^run_\d{8}-\d{6}-[0-9a-f]{8}$/),
    lines: 4,
    accepted: 2,
    refused: 2,
    failed: 0,
    resent: 0,
    adjustments: [],
    repeated_ids: 0,
    seconds: expect.any(Number),
    records_per_second: expect.any(Number),
  });
  expect(stderr).toMatch(/line 2: is not JSON\n/);
  expect(stderr).toMatch(/line 4: text .+\n/);
  expect(exit_code).toBe(2);
  expect(published.map(({ text }) => text)).toEqual(['one', 'two']);
});

it('ingest names the lines that the stream refuses with the error code, and exits with 2', async () => {
  const long = 'x'.repeat(900_000);
  // Each of these records fills a request of its own half, so the requests hold ten at most.
  const lines = Array.from({ length: 22 }, (_, i) =>
    i === 0 ? 'no json' : JSON.stringify({ text: `${i === 21 ? 'poison' : ''}${long}` }),
  );
  refused = 'poison';
  const { stdout, stderr, exit_code } = await ingest('a.jsonl', lines.join('\n'), '--json');
  const { lines: read, accepted, refused: bad, failed } = JSON.parse(stdout);
  expect([read, bad, accepted + failed]).toEqual([22, 1, 21]);
  expect(accepted).toBeGreaterThan(0);
  expect(failed).toBeGreaterThan(0);
  expect(exit_code).toBe(2);
  const named = [...stderr.matchAll(/line (\d+): InvalidArgumentException/g)].map(([, n]) => n);
  expect(named).toHaveLength(failed);
  expect(named.at(-1)).toBe('22');
});

it('ingest of a file without a bad line exits with 2 if the stream refuses a record', async () => {
  refused = 'poison';
  const content = '\n\n{"text":"poison"}';
  const { stdout, stderr, exit_code } = await ingest('a.jsonl', content, '--json');
  expect(stderr).toContain('line 3: InvalidArgumentException\n');
  expect(JSON.parse(stdout)).toMatchObject({ lines: 1, accepted: 0, refused: 0, failed: 1 });
  expect(exit_code).toBe(2);
});

it('ingest prints 20 bad lines, says that there are more, and counts all', async () => {
  const content = 'no json\n'.repeat(30);
  const { stdout, stderr } = await ingest('a.jsonl', content, '--json');
  expect(stderr.match(/line \d+: /g)).toHaveLength(20);
  expect(stderr.match(/More lines failed; the summary counts them\./g)).toHaveLength(1);
  expect(JSON.parse(stdout)).toMatchObject({ lines: 30, refused: 30 });
});

it('ingest of a file that does not exist, or of an unknown format, publishes nothing', async () => {
  const missing = await runCommand(ingestCommand(), join(folder, 'nothing.jsonl'));
  expect(missing.error?.message).toContain('nothing.jsonl');
  const unknown = await ingest('a.parquet', 'BZh91AY&SY');
  expect(unknown.error?.message).toMatch(/a\.parquet is a bzip2 file\.\nUnpack it first/);
  expect(kinesis.calls()).toHaveLength(0);
});

it.each([
  ['--source', 'No Slug', 'Use 1 to 64 of a-z'],
  ['--tenant', 'No Slug', 'Use 1 to 64 of a-z'],
  ['--format', 'xml', '--format must be one of jsonl, json, csv, tsv'],
  ['--delimiter', 'ab', '--delimiter must be one sign'],
  ['--time-zone', 'Mars', '--time-zone must be a time zone such as Europe/Berlin.'],
  ['--map', 'stars', '--map: expected FIELD=COLUMN, got stars.'],
])('ingest refuses %s %s and says what to write', async (option, value, advice) => {
  const { error } = await ingest('a.jsonl', '', option, value);
  expect(error?.message).toContain(advice);
});

it('ingest --dry-run shows how a file is understood, and publishes nothing', async () => {
  const rows = [
    '1;Sehr gut;2026-11-01;5',
    '2;;2026-11-02;1',
    '3;"nie" da;bald;1',
    '4;Gut;2026-11-03;4',
  ];
  const content = `Nr;Meinung;created_at;Größe (cm)\n${rows.join('\n')}\n`;
  const options = ['--text-field', 'meinung', '--dry-run'];
  const { stdout, exit_code } = await ingest('a.csv', content, ...options);
  for (const fact of [/format +csv/, /encoding +utf-8/, /delimiter +semicolon/, /header +line 1/]) {
    expect(stdout).toMatch(fact);
  }
  expect(stdout).toMatch(/Meinung +text\n/);
  expect(stdout).toMatch(/Größe \(cm\) +attributes\.Größe_cm/);
  expect(stdout).toContain('"text": "Sehr gut"');
  expect(stdout).toContain('2 of 4 rows would be published, 2 refused.');
  expect(stdout).toContain('1 × Meinung is required (first in line 3)');
  expect(stdout).toContain('1 × has a quote within a quoted cell (first in line 4)');
  expect(exit_code).toBe(2);
  const { stdout: line } = await ingest('a.csv', content, ...options, '--json');
  expect(JSON.parse(line)).toMatchObject({
    file: { format: 'csv' },
    counts: { rows: 4, refused: 2 },
  });
  expect(kinesis.calls()).toHaveLength(0);
});

it('ingest --time-zone reads dates without a zone there, and the dry run says which zone counts', async () => {
  const content = 'text,created_at\na,2026-07-01 12:00\n';
  const { stdout: by_default } = await ingest('a.csv', content, '--dry-run');
  expect(by_default).toMatch(/time zone +UTC, for dates without a zone/);
  expect(by_default).toContain('"created_at": "2026-07-01T12:00:00Z"');
  const options = ['--dry-run', '--time-zone', 'Europe/Berlin'];
  const { stdout } = await ingest('a.csv', content, ...options);
  expect(stdout).toMatch(/time zone +Europe\/Berlin, for dates/);
  expect(stdout).toContain('"created_at": "2026-07-01T12:00:00+02:00"');
  const { stdout: without_time } = await ingest('a.csv', 'text\na\n', '--dry-run');
  expect(without_time).not.toContain('time zone');
});

it('ingest says which values are not where the file has them, and how many ids occur twice', async () => {
  const content = 'id,text,created_at,url\n7,a,soon,N/A\n7,b,later,\n8,c,2026-11-01,\n';
  const { stdout, exit_code } = await ingest('a.csv', content, '--id-field', 'id');
  expect(stdout.split('\n').slice(1)).toEqual([
    'created_at: 2 values kept as attributes.created_at (expected a date in a known form).',
    'url: 1 value kept as attributes.url (expected a URL).',
    '1 row repeats the id of an earlier row: only one of them counts.',
    expect.stringMatching(/^run run_/),
  ]);
  expect(exit_code).toBeUndefined();
});

it('ingest of a file that cannot be read to its end says at which line it stopped and what to do, and exits with 2', async () => {
  breaks_at = 3_000_000;
  const content = `text\n${`${'good '.repeat(200)}\n`.repeat(5_000)}`;
  const { stdout, stderr, exit_code } = await ingest('breaks.csv', content);
  const [, line = ''] = /read up to line (\d+), and no further: EIO/.exec(stderr) ?? [];
  expect(stderr).toContain('Ingest the file again');
  expect(Number(line)).toBeGreaterThan(1_000);
  expect(stdout).toMatch(new RegExp(`^${Number(line) - 1} of ${Number(line) - 1} records are`));
  expect(published).toHaveLength(Number(line) - 1);
  expect(exit_code).toBe(2);
});

it('ingest of a file that cannot be read to its end exits with 1 if no record was published', async () => {
  breaks_at = 3_000_000;
  const content = `text,note\n${`,${'good '.repeat(200)}\n`.repeat(5_000)}`;
  const { stdout, stderr, exit_code } = await ingest('breaks.csv', content);
  expect(stdout).toMatch(/^0 of \d{4} records are on the stream/);
  expect(stderr).toContain('no further: EIO');
  expect(exit_code).toBe(1);
});

it('ingest of a file without a row is an error', async () => {
  for (const content of ['', 'text,source\n', '\n\n']) {
    const { error } = await ingest('a.csv', content);
    expect(error?.message).toMatch(/is empty|has no rows|is not a header/);
  }
  expect(kinesis.calls()).toHaveLength(0);
});

it('ingest prints its summary and exits with 2 if the file breaks off after records were published', async () => {
  const lines = Array.from({ length: 5_000 }, (_, i) => `{"text":"text number ${i}"}\n`).join('');
  const { stdout, stderr, exit_code } = await ingest('a.gz', gzipSync(lines).subarray(0, -500));
  expect(stdout).toMatch(/^\d+ of \d+ records are on the stream; 1 refused/);
  expect(stderr).toMatch(/line \d+: the gzip data is damaged or ends early/);
  expect(exit_code).toBe(2);
  expect(published.length).toBeGreaterThan(1_000);
});

it('ingest closes its publisher before it prints how many records are on the stream', async () => {
  const printed: number[] = [];
  const countLines = () => void printed.push(vi.mocked(console.log).mock.calls.length);
  const { stdout } = await watchClosing(countLines, () => ingest('a.csv', 'text\nGood\n'));
  expect(stdout).toContain('1 of 1 records are on the stream');
  expect(printed).toEqual([0]);
});
