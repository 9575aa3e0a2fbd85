import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { check, type SmokeContext, type Step } from '../step.ts';

const LINES = 20;

interface JobStatus {
  status: string;
  progress: { total: number; done: number };
  callback?: { attempts: { status?: number }[] };
}

export const job: Step = {
  promise: 'A job of an uploaded file ends with the outcome of each line, as JSON, NDJSON and CSV',
  async run(context) {
    const job_id = await submitFile(context);
    const status = await waitForEnd(context, job_id);
    check(status.status === 'COMPLETED', `the job is ${status.status}`);
    check(status.progress.done === LINES, `${status.progress.done} of ${LINES} lines are done`);
    await readResults(context, job_id);
    const { status: listed } = await context.http.send('GET /jobs', '/jobs', {
      api_key: context.keys.own.api_key,
    });
    check(listed === 200, `GET /jobs answered ${listed}`);
    if (context.callback_url === undefined) return `${LINES} lines; no --callback-url was given`;
    const called = await waitForCallback(context, job_id);
    return `${LINES} lines; the callback was answered with ${called}`;
  },
};

async function submitFile({ folder, run, aurastream, callback_url }: SmokeContext) {
  const file = join(folder, 'job.jsonl');
  const lines = Array.from({ length: LINES }, (_, i) =>
    JSON.stringify({ text: `I love line ${i % 5} of ${run}` }),
  );
  await writeFile(file, lines.join('\n'));
  const callback = callback_url === undefined ? [] : ['--callback-url', callback_url];
  const submitted = await aurastream('job', 'submit', file, '--source', `${run}-job`, ...callback);
  return (submitted as { job_id: string }).job_id;
}

function waitForEnd(context: SmokeContext, job_id: string): Promise<JobStatus> {
  return context.waitFor(async () => {
    const status = await readStatus(context, job_id);
    check(!/PENDING|PROCESSING/.test(status.status), `the job is ${status.status}`);
    return status;
  });
}

async function readStatus({ http, keys }: SmokeContext, job_id: string): Promise<JobStatus> {
  const { status, json, text } = await http.send('GET /status/{job_id}', `/status/${job_id}`, {
    api_key: keys.own.api_key,
  });
  check(status === 200, `GET /status answered ${status}: ${text}`);
  return json as unknown as JobStatus;
}

async function readResults({ http, keys }: SmokeContext, job_id: string): Promise<void> {
  const read = (accept: string) =>
    http.send(`GET /jobs/{job_id}/results as ${accept}`, `/jobs/${job_id}/results`, {
      api_key: keys.own.api_key,
      accept,
    });
  const { json, text: page } = await read('application/json');
  check((json.results as unknown[])?.length === LINES, `the results as JSON: ${page}`);
  const ndjson = (await read('application/x-ndjson')).text.trim().split('\n');
  check(ndjson.length === LINES, `${ndjson.length} lines of NDJSON`);
  for (const line of ndjson) JSON.parse(line);
  const csv = (await read('text/csv')).text.trim().split('\n');
  check(csv.length === LINES + 1, `${csv.length} lines of CSV`);
}

function waitForCallback(context: SmokeContext, job_id: string): Promise<number> {
  return context.waitFor(async () => {
    const { callback } = await readStatus(context, job_id);
    const answered = callback?.attempts.at(-1)?.status;
    check(answered !== undefined, 'the callback has no answer');
    check(answered < 300, `the callback was answered with ${answered}`);
    return answered;
  });
}
