import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { parse } from 'csv-parse/sync';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { jobCommand } from '../../../cli/commands/job.ts';
import { runCommand } from '../../support/cli.ts';
import { countStubCall } from '../../support/endless-loops.ts';
import { aResult } from '../../support/results.ts';
import { WAIT } from '../../support/wait.ts';

interface Sent {
  method: string;
  url: string;
  headers: Headers;
  body: string;
  signal: AbortSignal | null | undefined;
}

let folder: string;
let sent: Sent[];
/** The answer to each request, by the method and the path, for example `GET /status/job_1`. */
let answers: Record<string, () => Response>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aurastream-cli-jobs-'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  sent = [];
  answers = {};
  vi.stubEnv('AURASTREAM_API_KEY', 'a-key');
  vi.stubGlobal('fetch', async (input: URL | string, init: RequestInit = {}) => {
    countStubCall();
    const url = new URL(input);
    const body = init.body === undefined ? '' : await new Response(init.body as never).text();
    const { method = 'GET', signal } = init;
    sent.push({ method, url: url.href, headers: new Headers(init.headers), body, signal });
    const answer = answers[`${method} ${url.pathname}`];
    if (answer === undefined) throw new Error(`No answer to ${method} ${url.pathname}`);
    return answer();
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

const job = (...words: string[]) => runCommand(jobCommand(), ...words);
const json =
  (body: unknown, status = 200) =>
  () =>
    Response.json(body, { status });
const refusal = (status: number, more: object = {}) =>
  json({ error: { code: 'NO', message: 'No', request_id: 'r-1', ...more } }, status);

const aStatus = (fields: object = {}, progress: object = {}) => ({
  job_id: 'job_1',
  status: 'PROCESSING',
  source_id: 'api',
  created_at: '2026-11-23T10:00:00.000Z',
  progress: {
    total: 8,
    done: 6,
    succeeded: 3,
    failed: 2,
    set_aside: 1,
    percentage: 75,
    stage: 'analyzing',
    ...progress,
  },
  counts: { positive: 3, empty: 2, set_aside: 1 },
  results_url: '/jobs/job_1/results',
  ...fields,
});

async function aFile(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** Answers a submission with an upload URL, and accepts the upload. */
function acceptUpload(upload_status = 200, size_bytes = 2): void {
  answers['POST /v1/analyze/async'] = json({
    job_id: 'job_1',
    status: 'PENDING',
    message: 'Upload the file',
    created_at: '2026-11-23T10:00:00.000Z',
    estimated_completion: null,
    upload: {
      url: 'https://s3.example/inputs/job_1?signature=secret',
      method: 'PUT',
      headers: { 'content-type': 'text/csv', 'content-length': String(size_bytes) },
      form: { url: 'https://s3.example/inputs', fields: { Policy: 'a-secret-policy' } },
      expires_at: '2026-11-23T11:00:00.000Z',
      size_bytes,
    },
  });
  answers['PUT /inputs/job_1'] = () => new Response('', { status: upload_status });
}

it('job submit uploads the file with its format, and says how to show the progress', async () => {
  acceptUpload(200, 12);
  const file = await aFile('a.csv', 'text\nGröße');
  const { stdout } = await job('submit', file);
  expect(stdout).toBe('job_1\nShow its progress: aurastream job status job_1 --watch');
  expect(sent.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'POST https://api.example/v1/analyze/async',
    'PUT https://s3.example/inputs/job_1?signature=secret',
  ]);
  expect(JSON.parse(sent[0]!.body)).toEqual({ upload: { format: 'csv', size_bytes: 12 } });
  expect(sent[0]!.headers.get('x-api-key')).toBe('a-key');
  expect(sent[1]!.body).toBe('text\nGröße');
  expect(sent[1]!.headers.get('content-type')).toBe('text/csv');
  expect(sent[1]!.headers.get('content-length')).toBe('12');
});

it('job submit sends the source, the callback URL and the format that the options name', async () => {
  acceptUpload();
  const file = await aFile('a.txt', 'text\nhey');
  const url = 'https://example.com/hook';
  await job('submit', file, '--format', 'tsv', '--source', 'tour', '--callback-url', url);
  expect(JSON.parse(sent[0]!.body)).toEqual({
    upload: { format: 'tsv', size_bytes: 8 },
    source_id: 'tour',
    callback_url: url,
  });
});

it('job submit --json prints the job without its upload URL, since that is a secret', async () => {
  acceptUpload();
  const { stdout } = await job('submit', await aFile('a.jsonl', '{}'), '--json');
  expect(JSON.parse(stdout)).toMatchObject({ job_id: 'job_1', status: 'PENDING' });
  expect(stdout).not.toContain('secret');
});

it('job submit sends the options of the file, and refuses a file that cannot be read before it creates a job', async () => {
  acceptUpload();
  const file = await aFile('a.csv', 'Review;Nr\nGood;1\n');
  const { error } = await job('submit', file);
  expect(error?.message).toContain('Did you mean --text-field Review --id-field Nr?');
  expect(sent).toEqual([]);
  await job('submit', file, '--text-field', 'Review', '--map', 'stars=Nr');
  expect(JSON.parse(sent[0]!.body)).toEqual({
    upload: {
      ...{ format: 'csv', size_bytes: 17 },
      options: { text_field: 'Review', map: { stars: 'Nr' } },
    },
  });
});

it('job submit of a file that is larger than the API takes says so, and uploads nothing', async () => {
  const message = 'upload.size_bytes: must be at most 4 bytes. Split the file into several jobs';
  answers['POST /v1/analyze/async'] = refusal(413, { message });
  const { error } = await job('submit', await aFile('a.csv', 'text\n12345'));
  expect(error?.message).toContain(message);
  expect(sent).toHaveLength(1);
});

it('job submit of an empty file creates no job', async () => {
  const { error } = await job('submit', await aFile('a.csv', ''));
  expect(error?.message).toMatch(/a\.csv is empty\./);
  expect(sent).toEqual([]);
});

it('job submit fails if S3 refuses the upload, and does not say that the job was submitted', async () => {
  acceptUpload(403, 6);
  const { error, stdout } = await job('submit', await aFile('a.csv', 'text\na'));
  expect(error?.message).toBe('The upload was refused with 403.\nSubmit the file again.');
  expect(stdout).toBe('');
});

it('job submit of a file that does not exist creates no job', async () => {
  const { error } = await job('submit', join(folder, 'nothing.csv'));
  expect(error?.message).toContain('nothing.csv');
  expect(sent).toEqual([]);
});

it.each([
  ['COMPLETED_WITH_ERRORS', 2],
  ['FAILED', 1],
])(
  'job submit --watch waits for the end of the job, and %s gives the exit code %s',
  async (status, code) => {
    acceptUpload();
    answers['GET /v1/status/job_1'] = json(aStatus({ status }));
    const { stdout, exit_code } = await job('submit', await aFile('a.csv', 'text'), '--watch');
    expect(stdout).toContain(`${status}  job_1`);
    expect(exit_code).toBe(code);
    const { stdout: line } = await job('submit', await aFile('a.csv', 'text'), '--watch', '--json');
    expect(JSON.parse(line)).toMatchObject({ status });
  },
);

it('job status shows the progress, the outcomes, the error, the callback and the estimate', async () => {
  answers['GET /v1/status/job_1'] = json(
    aStatus({
      error: { code: 'DEADLINE_EXCEEDED', message: 'Too late' },
      callback: {
        ...{ url: 'https://example.com/', state: 'failed', delivery_id: 'd' },
        attempts: [1, 2].map(() => ({ attempted_at: '2026-11-23T10:00:00Z', duration_ms: 1 })),
      },
      result: aResult(),
      estimated_completion: '2026-11-23T10:05:00.000Z',
    }),
  );
  const { stdout, exit_code } = await job('status', 'job_1');
  expect(stdout.split('\n')).toEqual([
    'PROCESSING  job_1',
    '  6 of 8 done: 3 succeeded, 2 without a verdict, 1 set aside',
    '  positive 3, empty 2, set_aside 1',
    '  POSITIVE 0.900',
    '  DEADLINE_EXCEEDED: Too late',
    '  callback failed after 2 attempts',
    '  about done at 2026-11-23T10:05:00.000Z',
  ]);
  expect(exit_code).toBeUndefined();
});

it('job status of a job of which nothing is done has two lines', async () => {
  answers['GET /v1/status/job_1'] = json(aStatus({ status: 'PENDING', counts: {} }));
  expect((await job('status', 'job_1')).stdout.split('\n')).toHaveLength(2);
});

it('job status --json prints the answer of the API, and a job that is FAILED gives the exit code 1', async () => {
  answers['GET /v1/status/job_1'] = json(aStatus({ status: 'FAILED' }));
  const { stdout, exit_code } = await job('status', 'job_1', '--json');
  expect(JSON.parse(stdout)).toEqual(aStatus({ status: 'FAILED' }));
  expect(exit_code).toBe(1);
});

it('job status --watch asks until the job is final, and job status asks once', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  try {
    const statuses = ['PENDING', 'PROCESSING', 'COMPLETED'];
    answers['GET /v1/status/job_1'] = () =>
      Response.json(aStatus({ status: statuses[sent.length - 1] }));
    const watching = job('status', 'job_1', '--watch');
    await vi.waitFor(() => expect(sent).toHaveLength(1), WAIT);
    await vi.advanceTimersByTimeAsync(1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await watching).stdout).toContain('COMPLETED');
    expect(sent).toHaveLength(3);
  } finally {
    vi.useRealTimers();
  }
  answers['GET /v1/status/job_1'] = json(aStatus());
  await job('status', 'job_1');
  expect(sent).toHaveLength(4);
});

const createListed = (i: number) => ({
  ...{ job_id: `job_${i}`, status: 'COMPLETED', source_id: 'api', total: i },
  created_at: '2026-11-23T10:00:00.000Z',
});

it('job list shows the newest 20 jobs, or as many as --limit names, and no job twice', async () => {
  answers['GET /v1/jobs'] = () => {
    const from = Number(new URL(sent.at(-1)!.url).searchParams.get('cursor') ?? 0);
    const jobs = Array.from({ length: 15 }, (_, i) => createListed(from + i));
    return Response.json({ jobs, next_cursor: String(from + 15) });
  };
  const ids = (stdout: string) =>
    (JSON.parse(stdout) as { job_id: string }[]).map(({ job_id }) => job_id);
  const upTo = (count: number) => Array.from({ length: count }, (_, i) => `job_${i}`);
  expect(ids((await job('list', '--json')).stdout)).toEqual(upTo(20));
  expect(ids((await job('list', '--json', '--limit', '3')).stdout)).toEqual(upTo(3));
  expect(ids((await job('list', '--json', '--limit', '31')).stdout)).toEqual(upTo(31));
});

it.each(['0', '-1', '1.5', 'many', ''])(
  'job list refuses the limit %j and asks nothing',
  async (n) => {
    expect((await job('list', `--limit=${n}`)).error?.message).toContain('Use 1 or more.');
    expect(sent).toEqual([]);
  },
);

it('job list --status asks for jobs of this status, and prints them whole with --json', async () => {
  const one = { ...createListed(1), started_at: '2026-11-23T10:00:01.000Z' };
  answers['GET /v1/jobs'] = json({ jobs: [one] });
  expect(JSON.parse((await job('list', '--status', 'FAILED', '--json')).stdout)).toEqual([one]);
  expect(sent[0]!.url).toContain('status=FAILED');
  const { stdout } = await job('list');
  expect(sent[1]!.url).not.toContain('status');
  expect(stdout).toMatch(/job_id +status +source_id +total +created_at/);
  expect(stdout).toMatch(/job_1 +COMPLETED +api +1 +2026-11-23T10:00:00.000Z/);
  expect((await job('list', '--status', 'LOST')).error?.message).toContain('PENDING, PROCESSING');
});

it('job cancel says how many records were done when the job was cancelled', async () => {
  answers['DELETE /v1/jobs/job_1'] = json(aStatus({ status: 'CANCELLED' }));
  expect((await job('cancel', 'job_1')).stdout).toBe('Cancelled job_1: 6 of 8 records were done.');
  const { stdout } = await job('cancel', 'job_1', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ status: 'CANCELLED' });
});

const ROWS = [
  {
    job_index: 0,
    record_id: 'r0',
    outcome: 'done',
    result: aResult({ record_id: 'r0', score: 0.98765 }),
  },
  { job_index: 1, outcome: 'pending' },
  {
    job_index: 2,
    record_id: '=cmd()',
    outcome: 'set_aside',
    issues: [
      { path: 'text', message: 'must not be empty' },
      { path: '', message: 'says "no",\nor so' },
    ],
  },
  { job_index: 3, record_id: '-1+2', outcome: 'done', result: aResult({ status: 'empty' }) },
  { job_index: 4, record_id: 'a\rb', outcome: 'pending' },
];
const DOWNLOAD = 'GET /v1/jobs/job_1/download';
/** Creates the response of a download. A download without an end has broken off. */
const createDownload = (rows: unknown[], end?: { next_cursor?: string }) => {
  const lines = end === undefined ? rows : [...rows, { end: { rows: rows.length, ...end } }];
  return new Response(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
};
const useRows = () => {
  answers[DOWNLOAD] = () =>
    new URL(sent.at(-1)!.url).searchParams.has('cursor')
      ? createDownload(ROWS.slice(2), {})
      : createDownload(ROWS.slice(0, 2), { next_cursor: 'next' });
};

it('job results prints a row for each record, with a header, as a table', async () => {
  useRows();
  const { written } = await job('results', 'job_1');
  expect(written.toString().split('\n').slice(0, 3)).toEqual([
    'job_index\trecord_id\toutcome\tsentiment\tscore\tlanguage_code\tissues',
    '0\tr0\tanalyzed\tPOSITIVE\t0.9877\ten\t',
    '1\t\tpending\t\t\t\t',
  ]);
});

it('job results --format csv has the text, source, date and attributes of each record, and no cell is a formula for a spreadsheet', async () => {
  useRows();
  const { written } = await job('results', 'job_1', '--format', 'csv');
  const lines = parse(written, { columns: true });
  expect(lines).toHaveLength(5);
  expect(lines[0]).toMatchObject({
    ...{ job_index: '0', record_id: 'r0', outcome: 'done', status: 'analyzed', score: '0.98765' },
    ...{ text: 'I love my cat', source: 'app_reviews', created_at: '2026-11-23T10:00:00.000Z' },
    ...{ 'attributes.stars': '5', attributes: '' },
  });
  expect(lines[2]).toMatchObject({
    ...{ record_id: "'=cmd()", outcome: 'set_aside' },
    issues: 'text must not be empty; says "no",\nor so',
  });
  expect(lines[3]).toMatchObject({ record_id: "'-1+2", status: 'empty' });
  expect(written.toString().startsWith('job_index,')).toBe(true);
});

it('job results --output FILE.csv begins with a byte order mark, so that Excel shows umlauts', async () => {
  useRows();
  const path = join(folder, 'out.CSV');
  await job('results', 'job_1', '--output', path);
  const bytes = await readFile(path);
  expect(bytes.subarray(0, 13).toString()).toBe('\uFEFFjob_index,');
  expect(parse(bytes, { columns: true, bom: true })).toHaveLength(5);
});

it('job results as CSV gives attributes that occur later than the first 1,000 records as JSON', async () => {
  const rows = Array.from({ length: 1_001 }, (_, i) => ({
    ...{ job_index: i, record_id: `r${i}`, outcome: 'done' },
    result: aResult({ attributes: i === 1_000 ? { late: 'x', stars: '4' } : { stars: '5' } }),
  }));
  answers[DOWNLOAD] = () => createDownload(rows, {});
  const { written } = await job('results', 'job_1', '--format', 'csv');
  const lines: Record<string, string>[] = parse(written, { columns: true });
  expect(lines).toHaveLength(1_001);
  expect(lines.at(-1)).toMatchObject({ 'attributes.stars': '4', attributes: '{"late":"x"}' });
});

it('job results --json prints each row as a line of JSON, without a header', async () => {
  useRows();
  const { written } = await job('results', 'job_1', '--json');
  const lines = written.toString().trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(JSON.parse(JSON.stringify(ROWS)));
});

it('job results --output ndjson and csv print, as --json and --format csv do', async () => {
  const print = async (...words: string[]) => {
    useRows();
    return (await job('results', 'job_1', ...words)).written.toString();
  };
  const lines = await print('--json');
  expect(lines).toContain('"job_index":0');
  expect(await print('--output', 'ndjson')).toBe(lines);
  expect(await print('--output', 'csv')).toBe(await print('--format', 'csv'));
});

it('job results waits for standard output to drain before it prints the next row and requests more rows', async () => {
  useRows();
  const page = answers[DOWNLOAD]!;
  const printed: string[] = [];
  answers[DOWNLOAD] = () => {
    vi.mocked(process.stdout.write).mockImplementation((chunk) => {
      printed.push(String(chunk));
      return false;
    });
    return page();
  };
  const running = job('results', 'job_1', '--json');
  for (const [i] of ROWS.entries()) {
    await vi.waitFor(() => expect(printed).toHaveLength(i + 1), WAIT);
    await setImmediate();
    expect(printed).toHaveLength(i + 1);
    expect(sent).toHaveLength(i < 2 ? 1 : 2);
    process.stdout.emit('drain');
  }
  expect((await running).error).toBeUndefined();
  expect(printed.map((line) => JSON.parse(line).job_index)).toEqual([0, 1, 2, 3, 4]);
});

it('job results --output has written the whole file when it says how many rows there are', async () => {
  useRows();
  const path = join(folder, 'out.jsonl');
  const { stdout, written } = await job('results', 'job_1', '--json', '--output', path);
  expect(stdout).toBe(`5 rows in ${path}`);
  expect(written.length).toBe(0);
  expect((await readFile(path, 'utf8')).trimEnd().split('\n')).toHaveLength(5);
});

it('a download that breaks off leaves no file under its name, and a file that was there stays', async () => {
  const timer = setTimeout;
  vi.stubGlobal('setTimeout', (run: () => void) => timer(run, 0));
  const path = join(folder, 'broken.csv');
  await writeFile(path, 'of yesterday');
  answers[DOWNLOAD] = () => createDownload(ROWS);
  const { error, stdout } = await job('results', 'job_1', '--output', path);
  expect(error?.message).toContain('The download broke off after 5 rows of this response');
  expect(error?.message).toContain('Run the command again.');
  expect(stdout).toBe('');
  expect(await readFile(path, 'utf8')).toBe('of yesterday');
  expect(await readdir(folder)).not.toContain('broken.csv.part');
});

it('Ctrl-C during a download deletes what was written, and exits with 130', async () => {
  const path = join(folder, 'interrupted.csv');
  answers[DOWNLOAD] = () => {
    const signal = sent.at(-1)!.signal!;
    const body = new ReadableStream({
      async pull(controller) {
        controller.enqueue(Buffer.from(`${JSON.stringify(ROWS[1])}\n`));
        await setImmediate();
        process.emit('SIGINT');
        controller.error(signal.reason);
      },
    });
    return new Response(body);
  };
  const { error, exit_code, stdout, stderr } = await job('results', 'job_1', '--output', path);
  expect([error, exit_code, stdout]).toEqual([undefined, 130, '']);
  expect(stderr).toContain(`Interrupted: ${path} is not written.`);
  expect((await readdir(folder)).filter((name) => name.startsWith('interrupted'))).toEqual([]);
});

it.each([
  [401, {}, 'Check the API key: `aurastream keys list` shows the valid ones.'],
  [403, {}, 'Check the API key: `aurastream keys list` shows the valid ones.'],
  [404, {}, 'See `aurastream job list`.'],
  [400, {}, 'See --help of this command.'],
  [409, { retry_after: 7 }, 'Try again in 7 s.'],
  [500, {}, "Look for the request id r-1 in the API's log."],
])('a job command to which the API answers %d %j says what to do', async (status, more, advice) => {
  for (const path of ['GET /v1/status/job_1', DOWNLOAD, 'GET /v1/jobs']) {
    answers[path] = refusal(status, more);
  }
  for (const words of [['status', 'job_1'], ['results', 'job_1'], ['list']]) {
    expect((await job(...words)).error?.message).toBe(`No\n${advice}`);
  }
});

it('a job command passes on an error that is not from the API', async () => {
  answers['GET /v1/status/job_1'] = () => new Response('not JSON');
  const { error } = await job('status', 'job_1');
  expect(error?.name).not.toBe('Advice');
});
