import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PutRecordCommand } from '@aws-sdk/client-kinesis';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { deriveAuditKeys } from '../../audit/keys.ts';
import { listActs } from '../../audit/list.ts';
import { manifestKey } from '../../audit/object-keys.ts';
import { recordAct } from '../../audit/record-act.ts';
import { verifyTrail } from '../../audit/verify.ts';
import { createAuditWriter } from '../../audit/writer.ts';
import { createCountsStore } from '../../aws/dynamodb/counts/store.ts';
import { createAuditBucket } from '../../aws/s3/audit-bucket.ts';
import { createSecret } from '../../aws/secrets-manager/secrets.ts';
import { prepareKeys } from '../../cli/start/keys.ts';
import { bucketStart, INTERVALS, type Interval } from '../../insight/counts/buckets.ts';
import { nameRow } from '../../insight/counts/names.ts';
import { packRestored } from '../../schemas/index.ts';
import { type Caller, createCaller } from '../support/api.ts';
import { type TestCloud, testCloud } from '../support/cloud.ts';
import { aProcessingJob } from '../support/jobs.ts';
import { functionLog } from '../support/observe.ts';
import { hmacSignature } from '../support/signature.ts';

const WAIT = { timeout: 90_000, interval: 200 };
const FINAL = ['COMPLETED', 'COMPLETED_WITH_ERRORS', 'FAILED', 'CANCELLED'];

let test: TestCloud;
let call: Caller;
let keys: Awaited<ReturnType<typeof prepareKeys>>;
beforeAll(async () => {
  test = await testCloud({ parameters: { CallbackAllowLoopback: 'true' } });
  keys = await prepareKeys(test.cloud);
  call = createCaller(test.cloud.api, keys.api_key);
});
afterAll(() => test.stop());
beforeEach(async () => {
  await test.control('DELETE', 'faults');
});

async function submit(body: unknown, headers: Record<string, string> = {}) {
  const answer = await call('/analyze/async', { method: 'POST', body, headers });
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  return answer.body;
}

interface Uploaded {
  url: string;
  headers: Record<string, string>;
}

async function upload({ url, headers }: Uploaded, body: string) {
  const response = await fetch(url, { method: 'PUT', headers, body });
  expect(response.status, await response.text()).toBe(200);
}

/** Returns the body of a request for a job whose input is an uploaded file. */
function forFile(file: string, format = 'jsonl') {
  return { upload: { format, size_bytes: Buffer.byteLength(file) } };
}

/** Submits a job and uploads its file. Returns the id of the job. */
async function submitFile(file: string, format?: string): Promise<string> {
  const { job_id, upload: to } = await submit(forFile(file, format));
  await upload(to, file);
  return job_id;
}

/**
 * Polls the status of a job until the job is final. Checks in each answer that the progress is
 * consistent and has not decreased.
 */
async function watch(job_id: string) {
  let done = 0;
  let total = 0;
  return vi.waitFor(async () => {
    const { status, body } = await call(`/status/${job_id}`);
    expect(status).toBe(200);
    const { progress } = body;
    if (progress.done > progress.total || progress.done < done || progress.total < total) {
      throw new Error(`Progress went wrong: ${JSON.stringify({ done, total, progress })}`);
    }
    ({ done, total } = progress);
    expect(progress.done).toBe(progress.succeeded + progress.failed + progress.set_aside);
    expect(FINAL, JSON.stringify(body)).toContain(body.status);
    return body;
  }, WAIT);
}

function documents(n: number, text = (i: number) => `I love my cat number ${i}`) {
  return Array.from({ length: n }, (_, i) => ({ text: text(i), language_code: 'en' }));
}

/** Waits until no function has anything to do, neither for this test nor for another one. */
function waitUntilIdle() {
  return vi.waitFor(() => expect(test.cloud.status()).toMatchObject({ idle: true }), WAIT);
}

async function readAllResults(job_id: string) {
  const results = [];
  let cursor: string | undefined;
  do {
    const query = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { body } = await call(`/jobs/${job_id}/results?limit=100${query}`);
    results.push(...body.results);
    cursor = body.next_cursor;
  } while (cursor !== undefined);
  return results;
}

it('a job of one text ends with the result in its status', async () => {
  const { job_id, status } = await submit({ text: 'I love my cat', source_id: 'reviews' });
  expect(status).toBe('PENDING');
  const ended = await watch(job_id);
  expect(ended).toMatchObject({
    status: 'COMPLETED',
    progress: { total: 1, done: 1, succeeded: 1, percentage: 100, stage: 'done' },
    result: { sentiment: 'POSITIVE', source: 'reviews', text: 'I love my cat' },
    counts: { positive: 1 },
  });
  expect(Date.parse(ended.completed_at)).toBeGreaterThanOrEqual(Date.parse(ended.created_at));
});

it('a job of documents returns the outcome of each document in the submitted order', async () => {
  const { job_id } = await submit({
    documents: [
      { text: 'I love my cat', record_id: 'mine-1' },
      { text: 'What a terrible day, I hate it', source: 'diary' },
      { text: '   ' },
      { text: 'Ég elska köttinn minn', language_code: 'is' },
    ],
  });
  const ended = await watch(job_id);
  expect(ended).toMatchObject({
    status: 'COMPLETED_WITH_ERRORS',
    progress: { total: 4, done: 4, succeeded: 2, failed: 2, set_aside: 0 },
    counts: { positive: 1, negative: 1, empty: 1, unsupported_language: 1 },
  });
  const results = await readAllResults(job_id);
  expect(results.map((entry) => entry.result.status)).toEqual([
    'analyzed',
    'analyzed',
    'empty',
    'unsupported_language',
  ]);
  expect(results[0].record_id).toBe('mine-1');
  expect(results[1]).toMatchObject({ record_id: `${job_id}:1`, result: { source: 'diary' } });
  const { body } = await call('/results/api/mine-1');
  expect(body).toMatchObject({ sentiment: 'POSITIVE' });
});

it('a job of an uploaded file sets bad lines aside with a reason, and counts every line', async () => {
  const good = documents(2_500).map(({ text }) => JSON.stringify({ text, language: 'en' }));
  good.splice(1_200, 0, 'this is no JSON', '{"text": 7}', '');
  const file = good.join('\n');
  const { job_id, upload: to } = await submit({ ...forFile(file), source_id: 'file' });
  await upload(to, file);
  const ended = await watch(job_id);
  expect(ended).toMatchObject({
    status: 'COMPLETED_WITH_ERRORS',
    progress: { total: 2_502, done: 2_502, succeeded: 2_500, set_aside: 2 },
  });
  const results = await readAllResults(job_id);
  expect(results).toHaveLength(2_502);
  expect(results.map((entry) => entry.job_index)).toEqual(results.map((_, i) => i));
  const aside = results.filter((entry) => entry.outcome === 'set_aside');
  expect(aside.map((entry) => entry.job_index)).toEqual([1_200, 1_201]);
  expect(aside[1].issues).toEqual([expect.objectContaining({ path: 'text' })]);
  expect(JSON.stringify(aside)).not.toContain('this is no JSON');
});

it('a job reads CSV, and returns its results as JSON lines and as CSV', async () => {
  const csv = 'text,stars\n"I love my cat, and\nshe loves me",5\nI hate rain,1\n';
  const job_id = await submitFile(csv, 'csv');
  expect(await watch(job_id)).toMatchObject({ status: 'COMPLETED', progress: { total: 2 } });
  const lines = await call(`/jobs/${job_id}/results`, {
    headers: { accept: 'application/x-ndjson' },
  });
  expect(lines.headers['content-type']).toContain('application/x-ndjson');
  const entries = lines.body
    .trim()
    .split('\n')
    .map((line: string) => JSON.parse(line));
  expect(
    entries.map((entry: { result: { attributes: unknown } }) => entry.result.attributes),
  ).toEqual([{ stars: '5' }, { stars: '1' }]);
  const table = await call(`/jobs/${job_id}/results`, { headers: { accept: 'text/csv' } });
  expect(table.headers['content-type']).toContain('text/csv');
  expect(table.body.split('\n')[0]).toContain('sentiment');
});

it('a job analyses a text of 1 MiB that does not compress', async () => {
  const text = randomBytes(524_288).toString('hex');
  const { job_id } = await submit({ text });
  const ended = await watch(job_id);
  expect(ended.progress, JSON.stringify(ended)).toMatchObject({ total: 1, done: 1, succeeded: 1 });
  expect(ended.status).toBe('COMPLETED');
});

it('two submissions with one Idempotency-Key are one job, and a different body is refused', async () => {
  const headers = { 'Idempotency-Key': 'order-7' };
  const body = { documents: documents(3) };
  const first = await submit(body, headers);
  const again = await submit(body, headers);
  expect(again.job_id).toBe(first.job_id);
  const other = await call('/analyze/async', { method: 'POST', body: { text: 'x' }, headers });
  expect(other).toMatchObject({ status: 409, body: { error: { code: 'CONFLICT' } } });
  expect(await watch(first.job_id)).toMatchObject({ progress: { total: 3, done: 3 } });
});

it('a cancelled job pays for no further document', async () => {
  await waitUntilIdle();
  await test.control('POST', 'faults', { service: 'comprehend', kind: 'throttle' });
  const { job_id } = await submit({
    documents: documents(500, (i) => `Never to be analysed ${i} ${job_id_salt}`),
  });
  await vi.waitFor(async () => {
    const { body } = await call(`/status/${job_id}`);
    expect(body.status).toBe('PROCESSING');
  }, WAIT);
  const cancelled = await call(`/jobs/${job_id}`, { method: 'DELETE' });
  expect(cancelled).toMatchObject({ status: 200, body: { status: 'CANCELLED' } });
  await test.control('POST', 'meter/reset');
  await test.control('DELETE', 'faults');
  await waitUntilIdle();
  const { body } = await call(`/status/${job_id}`);
  expect(body).toMatchObject({ status: 'CANCELLED' });
  const { entries } = (await test.control('GET', 'meter')) as {
    entries: { service: string; usage?: { documents?: number } }[];
  };
  const documents_paid = entries
    .filter(({ service }) => service === 'comprehend')
    .reduce((sum, { usage }) => sum + (usage?.documents ?? 0), 0);
  expect(documents_paid).toBe(0);
  const again = await call(`/jobs/${job_id}`, { method: 'DELETE' });
  expect(again.status).toBe(200);
});

it('GET /jobs lists the jobs page by page, newest first', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 3; i += 1) ids.unshift((await submit({ text: `Listed ${i}` })).job_id);
  const first = await call('/jobs?limit=2');
  expect(first.body.jobs.map((job: { job_id: string }) => job.job_id)).toEqual(ids.slice(0, 2));
  const next = await call(`/jobs?limit=2&cursor=${encodeURIComponent(first.body.next_cursor)}`);
  expect(next.body.jobs[0].job_id).toBe(ids[2]);
});

const job_id_salt = randomBytes(8).toString('hex');

it('a job counts each record once under redeliveries, killed functions and refused calls', async () => {
  for (const fault of [
    { service: 'lambda', kind: 'kill', probability: 0.15 },
    { service: 'dynamodb', kind: 'timeout', probability: 0.03, after_effect: true },
    { service: 'dynamodb', kind: 'error', probability: 0.03 },
    { service: 'firehose', kind: 'partial', probability: 0.3, share: 0.2 },
    { service: 'kinesis', action: 'PutRecords', kind: 'partial', probability: 0.3, share: 0.3 },
    { service: 'comprehend', kind: 'partial', probability: 0.3, share: 0.2 },
  ]) {
    await test.control('POST', 'faults', { seed: 7, ...fault });
  }
  const sizes = [1, 7, 999, 1_000, 1_001];
  const jobs = await Promise.all(
    sizes.map(async (size) => {
      const lines = Array.from({ length: size }, (_, i) =>
        i % 50 === 49 ? 'no JSON' : JSON.stringify({ text: `Text ${i % 400}`, language: 'en' }),
      );
      const file = lines.join('\n');
      // The faults make some requests fail, so the test retries each request until the request
      // succeeds.
      const { job_id, upload: to } = await vi.waitFor(() => submit(forFile(file)), WAIT);
      await vi.waitFor(() => upload(to, file), WAIT);
      return { job_id, size, bad: Math.floor(size / 50) };
    }),
  );
  const releasing = setInterval(
    () => void test.control('POST', 'queues/release').catch(() => {}),
    2_000,
  );
  try {
    await vi.waitFor(async () => {
      const { rules } = (await test.control('GET', 'faults')) as { rules: { hits: number }[] };
      expect(rules.reduce((sum, { hits }) => sum + hits, 0)).toBeGreaterThanOrEqual(20);
    }, WAIT);
    await test.control('DELETE', 'faults');
    for (const { job_id, size, bad } of jobs) {
      const ended = await watch(job_id);
      expect(ended.progress).toMatchObject({ total: size, done: size, set_aside: bad });
    }
  } finally {
    clearInterval(releasing);
  }
});

it('a job whose file is never uploaded becomes FAILED at its deadline, with the reason', async () => {
  const { job_id } = await submit(forFile('never uploaded'));
  await test.expireJob(job_id);
  await test.control('POST', 'rules/fire');
  await vi.waitFor(async () => {
    const { body } = await call(`/status/${job_id}`);
    expect(body).toMatchObject({ status: 'FAILED', error: { code: 'INPUT_NEVER_ARRIVED' } });
  }, WAIT);
});

let receiver: Server;
let url: string;
let answers: number[];
interface Received {
  headers: Record<string, string>;
  body: string;
}
const received: Received[] = [];
const received_alerts: Received[] = [];
let alert_answers: number[] = [];
beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const is_alert = request.url === '/alert';
      const posts = is_alert ? received_alerts : received;
      posts.push({ headers: request.headers as Record<string, string>, body });
      response.writeHead((is_alert ? alert_answers : answers).shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
});
afterAll(() => {
  receiver.close();
});

it('a signed callback reports the end of a job, is retried after a refusal, and the status lists each attempt', async () => {
  answers = [500];
  const { job_id } = await submit({ text: 'Call me', callback_url: url });
  await watch(job_id);
  await vi.waitFor(() => expect(received).toHaveLength(1), WAIT);
  await releaseUntil(() => received.length >= 2);
  const [first, second] = received;
  expect(second!.headers['x-aurastream-delivery']).toBe(first!.headers['x-aurastream-delivery']);
  expect(second!.headers['x-aurastream-signature']).toBe(
    hmacSignature(keys.callback_secret, second!.headers['x-aurastream-timestamp']!, second!.body),
  );
  expect(JSON.parse(second!.body)).toMatchObject({
    event: 'job.completed',
    job: { job_id, status: 'COMPLETED', progress: { total: 1, done: 1 } },
  });
  const ended = await vi.waitFor(async () => {
    const { body } = await call(`/status/${job_id}`);
    expect(body.callback.state).toBe('delivered');
    return body;
  }, WAIT);
  const [refused, ...accepted] = ended.callback.attempts.map(
    ({ status }: { status: number }) => status,
  );
  expect(refused).toBe(500);
  expect(new Set(accepted)).toEqual(new Set([200]));
});

/**
 * Ends the waits of all messages until the condition holds. A release also ends the lease of a message
 * that a function is handling, so SQS may deliver that message once more: deliveries are at least once.
 */
function releaseUntil(isDone: () => boolean) {
  return vi.waitFor(async () => {
    await test.control('POST', 'queues/release');
    expect(isDone()).toBe(true);
  }, WAIT);
}

/** Creates an alert on a word, publishes a record that has it, and waits for the second attempt. */
async function reportRecord() {
  const name = `alert-${randomUUID()}`;
  const word = `kettle${randomUUID().slice(0, 8)}`;
  const body = {
    name,
    filter: { words: [word] },
    to: [{ kind: 'webhook', url: url.replace('/hook', '/alert') }],
  };
  expect((await call('/alerts', { method: 'POST', body })).status).toBe(200);
  alert_answers = [500];
  const record = { source: 'alerts', record_id: word, text: `I hate this ${word}` };
  const posts = () => received_alerts.filter((post) => post.body.includes(word));
  // The dispatcher knows a new alert after some seconds, and each version is a record of its own.
  await vi.waitFor(
    async () => {
      const text = `${record.text} ${randomUUID()}`;
      await call('/records', { method: 'POST', body: { records: [{ ...record, text }] } });
      expect(posts().length).toBeGreaterThan(0);
    },
    { ...WAIT, interval: 1_500 },
  );
  const [first] = posts();
  const delivery = first!.headers['x-aurastream-delivery'];
  const repeats = () =>
    posts().filter(({ headers }) => headers['x-aurastream-delivery'] === delivery);
  await releaseUntil(() => repeats().length >= 2);
  const event_id = delivery!.slice(0, 32);
  return { name, record, posts, event_id };
}

it('an alert reports a record to a webhook, signed and tried again after a refusal, and its history has no text', async () => {
  const { name, record, posts, event_id } = await reportRecord();
  const { headers, body } = posts().at(-1)!;
  expect(headers['x-aurastream-event']).toBe('alert.record');
  expect(headers['x-aurastream-signature']).toBe(
    hmacSignature(keys.callback_secret, headers['x-aurastream-timestamp']!, body),
  );
  expect(JSON.parse(body)).toMatchObject({
    ...{ event: 'alert.record', alert: name },
    result: { source: 'alerts', record_id: record.record_id, status: 'analyzed' },
  });
  const history = await vi.waitFor(async () => {
    const answer = await call(`/alerts/${name}/history`);
    const event = answer.body.events.find((one: { event_id: string }) => one.event_id === event_id);
    expect(event.deliveries).toMatchObject([{ state: 'delivered' }]);
    const [refused, ...accepted] = event.deliveries[0].attempts;
    expect(refused.status).toBe(500);
    expect(new Set(accepted.map(({ status }: { status: number }) => status))).toEqual(
      new Set([200]),
    );
    return answer.body;
  }, WAIT);
  expect(JSON.stringify(history)).not.toContain('hate');
  const muted = await call(`/alerts/${name}/mute`, { method: 'POST', body: { until: null } });
  expect(muted.status).toBe(200);
  const tested = await call(`/alerts/${name}/test`, { method: 'POST' });
  await vi.waitFor(
    () => expect(received_alerts.map((post) => post.body).join()).toContain(tested.body.event_id),
    WAIT,
  );
  const deleted = await call(`/alerts/${name}`, { method: 'DELETE' });
  expect(deleted.body).toMatchObject({ name, to: [{ kind: 'webhook' }] });
  expect((await call('/alerts')).body.alerts).not.toContainEqual(expect.objectContaining({ name }));
});

/** Creates a digest of yesterday, lets the rule of the hour fire, and waits for the post. */
async function sendDigest() {
  const name = `digest-${randomUUID()}`;
  const to = [{ kind: 'webhook', url: url.replace('/hook', '/alert') }];
  const created_at = `${new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)}T12:00:00Z`;
  const text = 'I hate this, it is terrible';
  const record = { source: 'digests', record_id: name, text, created_at };
  await call('/records', { method: 'POST', body: { records: [record] } });
  await vi.waitFor(async () => {
    const preview = await call('/digests/preview?cadence=daily&source=digests');
    expect(preview.body.digest.texts).not.toEqual([]);
  }, WAIT);
  const body = { name, cadence: 'daily', hour: 0, source: 'digests', to };
  expect((await call('/digests', { method: 'POST', body })).status).toBe(200);
  const posts = () => received_alerts.filter((post) => post.body.includes(name));
  await test.control('POST', 'rules/fire');
  await vi.waitFor(() => expect(posts()).not.toEqual([]), WAIT);
  return { name, text, posts };
}

it('a digest of yesterday is posted once to its webhook, signed, however often the rule fires', async () => {
  alert_answers = [];
  const { name, text, posts } = await sendDigest();
  const history = () => call(`/digests/${name}/history`);
  const sent = await vi.waitFor(async () => {
    const { body } = await history();
    expect(body.sent).toMatchObject([{ deliveries: [{ state: 'delivered' }] }]);
    return body.sent;
  }, WAIT);
  await test.control('POST', 'rules/fire');
  const [{ headers, body }] = posts() as [Received];
  expect(headers['x-aurastream-event']).toBe('digest');
  expect(headers['x-aurastream-signature']).toBe(
    hmacSignature(keys.callback_secret, headers['x-aurastream-timestamp']!, body),
  );
  expect(JSON.parse(body)).toMatchObject({
    ...{ event: 'digest', name },
    digest: { cadence: 'daily', source: 'digests', texts: [{ text }] },
  });
  expect((await history()).body.sent).toEqual(sent);
  expect((await call(`/digests/${name}`, { method: 'DELETE' })).body).toMatchObject({ name });
});

interface Grant {
  role: string;
  action: string;
  resource: string;
}

/**
 * Both consumers run the same code with the same grants, but each needs some grants only for some
 * records. Therefore one of the two must use a grant.
 */
function leaveOutUsedByOtherConsumer(unused: Grant[]): Grant[] {
  const isConsumer = ({ role }: Grant) => /^(Bulk)?ConsumerHandler/.test(role);
  return unused.filter(
    (grant) =>
      !isConsumer(grant) ||
      unused.some(
        (other) =>
          isConsumer(other) &&
          other.role !== grant.role &&
          other.action === grant.action &&
          other.resource === grant.resource,
      ),
  );
}

/** Counts records of a source: 10 a minute a week ago, and 100 in each minute of the last ones and the next. */
async function countTraffic(source: string) {
  const counts = createCountsStore({
    client: test.clients.dynamodb,
    table_name: test.stack.CountsTableName,
  });
  const now = Date.now();
  const add = async (interval: Interval, from: number, to: number, records: number) => {
    const { ms } = INTERVALS[interval];
    const starts = Array.from({ length: Math.ceil((to - from) / ms) }, (_, i) => from + i * ms);
    await Promise.all(
      starts.map((start) => {
        const start_ms = bucketStart(start, interval);
        const family = { time: 'arrived_at', interval } as const;
        const row = nameRow({ family, tenant: 'default', start_ms }, source, 'shardId-1');
        const measures = { 'n.en.neu': records };
        return counts.add(row, { measures, first: '1', last: '2', changed_at: now });
      }),
    );
  };
  const week_ago = now - 7 * 86_400_000;
  await add('quarter_hour', week_ago - 2 * 3_600_000, week_ago + 2 * 3_600_000, 150);
  await add('minute', now - 10 * 60_000, now + 5 * 60_000, 100);
}

let fired: ReturnType<typeof fireVolumeAlert> | undefined;

/**
 * Fires an alert once for all tests: the function keeps the earlier weeks in memory for a quarter of an hour, so
 * it would not see those of a second source.
 */
function fireVolumeAlertOnce() {
  fired ??= fireVolumeAlert();
  return fired;
}

async function fireVolumeAlert() {
  const name = `volume-${randomUUID()}`;
  await countTraffic(name);
  const to = [{ kind: 'webhook', url: url.replace('/hook', '/alert') }];
  const body = { ...{ name, kind: 'volume', sources: [name], window_minutes: 5 }, to };
  expect((await call('/alerts', { method: 'POST', body })).status).toBe(200);
  await test.control('POST', 'rules/fire');
  const post = await vi.waitFor(() => {
    const found = received_alerts.find((one) => one.body.includes(name));
    if (found === undefined) throw new Error('No message has arrived');
    return found;
  }, WAIT);
  return { name, post };
}

it('an alert on traffic fires from the counts, posts what it found, and is an incident', async () => {
  const { name, post } = await fireVolumeAlertOnce();
  expect(post.headers['x-aurastream-signature']).toBe(
    hmacSignature(keys.callback_secret, post.headers['x-aurastream-timestamp']!, post.body),
  );
  const { incident_id, finding, ...message } = JSON.parse(post.body);
  expect(message).toMatchObject({ event: 'alert.fired', alert: name });
  expect(finding).toMatchObject({ ...{ kind: 'volume', source: name }, records: 500 });
  expect(finding.usual_records).toBe(50);
  const { alerts } = (await call('/alerts')).body;
  const alert = alerts.find((one: { name: string }) => one.name === name);
  expect(alert.firing).toMatchObject([{ source: name, incident_id }]);
  const hour = new Date(Date.now() - 3_600_000).toISOString();
  const { incidents } = (await call(`/incidents?from=${hour}&to=2099-01-01T00:00:00Z`)).body;
  expect(incidents).toContainEqual(
    expect.objectContaining({ ...{ incident_id, alert: name, kind: 'volume' }, fired: finding }),
  );
});

async function useAlerts() {
  await fireVolumeAlertOnce();
  const { name } = await reportRecord();
  await call(`/alerts/${name}/mute`, { method: 'POST', body: { until: null } });
  await call(`/alerts/${name}/test`, { method: 'POST' });
  await call(`/alerts/${name}/history`);
  await call(`/alerts/${name}`, { method: 'DELETE' });
}

/** Returns whether a resource is one with which the API hands erasures and exports over. */
const isOfPrivacy = (resource: string) =>
  /privacy|erasures\/|requests\/|ApiDownloadRole/i.test(resource);
/** Returns whether a resource is one with which the API shows and replays set-asides. */
const isOfSetAsides = (resource: string) =>
  /(set-asides|over-budget|restored|claims)\/|RestoreKey|BulkStream/i.test(resource);

it('the functions use every permission that their roles grant, but for the listed exceptions', async () => {
  await useCommonRoutes();
  await replaceAndSetAside();
  await putBack();
  await submitTooLongRecord();
  await downloadJob();
  await completeJobInSubmission();
  await redeliverAfterPageClosed();
  await resumeSubmission();
  await sealPastDay();
  await useAlerts();
  await sendDigest();
  await vi.waitFor(
    async () => {
      const { unused } = (await test.control('GET', 'iam/unused')) as { unused: Grant[] };
      const unused_grants = leaveOutUsedByOtherConsumer(unused)
        // test/e2e/budgets.test.ts uses the grants of the replay of records over budget,
        // test/e2e/lake.test.ts those of the keeper, test/e2e/erase.test.ts those of erasures and exports,
        // and test/e2e/dashboard.test.ts those of set-asides.
        .filter(
          ({ role }) => !/^(LakeDelivery|BudgetReplay|Keeper|Privacy|ApiDownloadRole)/.test(role),
        )
        .filter(({ role, resource }) => {
          const is_elsewhere = isOfPrivacy(resource) || isOfSetAsides(resource);
          return !(role.startsWith('ApiHandler') && is_elsewhere);
        })
        // The API reads its entry of the quota ledger only after another process has changed it.
        .filter(({ role, action, resource }) => {
          const is_ledger = role.startsWith('ApiHandler') && resource.includes('Quota');
          return !(is_ledger && action === 'dynamodb:GetItem');
        })
        .map(({ role, action }) => `${role.replace(/Role.*/, '')} ${action}`)
        // The counts function reads a row only after a change was delivered again.
        .filter((grant) => grant !== 'CountsHandler dynamodb:GetItem')
        // The functions need the following grants on AWS, but the embedded cloud never records that
        // the grants are used. S3 checks ListBucket only if an object does not exist. Lambda itself
        // sends the traces.
        .filter((grant) => !/ s3:ListBucket$| xray:/.test(grant));
      // This grant is used only if Lambda gives up on a batch. test/e2e/iam.test.ts tests this
      // case.
      expect(unused_grants.sort()).toEqual([
        'BulkConsumerHandler s3:PutObject',
        'ConsumerHandler s3:PutObject',
      ]);
    },
    { timeout: 30_000, interval: 250 },
  );
});

it('the audit trail has each read by the API, seals past days under object lock, and is intact', async () => {
  const job_id = await submitFile('{"text":"I love my cat"}');
  await watch(job_id);
  const since = new Date().toISOString().slice(0, 10);
  await call(`/jobs/${job_id}/download`);
  await sealPastDay();
  const trail = openTrail();
  await vi.waitFor(async () => {
    const acts = await listActs(trail, { since, act: 'download_job_results' });
    expect(acts).toContainEqual(
      expect.objectContaining({
        who: expect.stringMatching(/^key (?!unknown)\S+ \(default\)$/),
        from: { source_ip: expect.stringContaining('127.0.0.1') },
        tenant: 'default',
        selectors: { job_id },
        outcome: 'done',
      }),
    );
  }, WAIT);
  const report = await verifyTrail({ ...trail, retention_days: 400 });
  expect(report.findings).toEqual([]);
  expect(report.sealed_days).toBeGreaterThanOrEqual(1);
  const head = await test.clients.s3.send(
    new HeadObjectCommand({ Bucket: test.stack.AuditBucketName, Key: manifestKey(PAST_DAY) }),
  );
  expect(head.ObjectLockMode).toBe('GOVERNANCE');
});

/** A day of which no entry can still arrive, whatever the time of the test. */
const PAST_DAY = new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10);

/** Opens the trail of the cloud, as the account's owner. */
function openTrail() {
  const bucket_name = test.stack.AuditBucketName;
  const readKey = createSecret({ cloud: test.cloud, secret_id: test.stack.AuditKeyArn });
  return {
    store: createAuditBucket({ client: test.clients.s3, bucket_name }),
    keys: async () => deriveAuditKeys(await readKey()),
    now: Date.now,
  };
}

/** Writes an act of a past day to the trail, unless that is done, and has the day sealed. */
async function sealPastDay() {
  const { store, keys } = openTrail();
  const readManifest = () => store.getText(manifestKey(PAST_DAY));
  if ((await readManifest()) !== undefined) return;
  const now = () => Date.parse(`${PAST_DAY}T12:00:00Z`);
  const writer = createAuditWriter({ store, keys, writer: `test-${randomUUID()}`, now });
  const arn = 'arn:aws:iam::000000000000:root';
  const caller = { principal: { kind: 'iam', arn } as const, from: {}, request_id: 'r-1' };
  const trail = { writer, keys, caller, now, onOutcomeLost: expect.unreachable };
  await recordAct(trail, { act: 'query' }, async () => undefined);
  await test.control('POST', 'rules/fire');
  await vi.waitFor(async () => expect(await readManifest()).toBeDefined(), WAIT);
}

it('the functions of a job log no text', async () => {
  const lines = ['{"text":"A bicycle for two"}', 'this is no JSON', '{"text":12,"a":"not text"}'];
  const job_id = await submitFile(lines.join('\n'));
  expect((await watch(job_id)).progress).toMatchObject({ total: 3, succeeded: 1, set_aside: 2 });
  const log = await functionLog(test.data_dir);
  expect(log).toContain('batch processed');
  for (const text of ['A bicycle for two', 'this is no JSON', 'not text']) {
    expect(log).not.toContain(text);
  }
});

async function useCommonRoutes() {
  const records = [{ text: 'On the stream by the API', source: 'tour', record_id: 'tour' }];
  await call('/records', { method: 'POST', body: { records } });
  const too_long = [{ text: randomText(), source: 'tour', record_id: 'too-long', language: 'en' }];
  await call('/records', { method: 'POST', body: { records: too_long } });
  await call('/analyze/sync', { method: 'POST', body: { text: 'A text that no cache holds' } });
  await waitForResult('tour', 'tour');
  await call('/results?source=tour');
  await call('/results/tour/tour/history');
  await call('/results?order=arrived_at');
  await call('/jobs');
  await call('/stats');
  await call('/overview');
  await call('/ready', { key: '' });
}

async function downloadJob() {
  const { job_id } = await submit({ text: 'I love my cat' });
  await watch(job_id);
  const { status, body } = await call(`/jobs/${job_id}/download`);
  expect(status).toBe(200);
  expect(body.trimEnd().split('\n')).toHaveLength(2);
}

async function replaceAndSetAside() {
  const newer = { text: 'Edited', source: 'tour', record_id: 'tour', record_version: 2 };
  await call('/records', { method: 'POST', body: { records: [newer] } });
  await test.clients.kinesis.send(
    new PutRecordCommand({
      StreamName: test.stack.StreamName,
      PartitionKey: 'bad',
      Data: Buffer.from('no JSON'),
    }),
  );
  await vi.waitFor(async () => {
    expect((await call('/results/tour/tour')).body).toMatchObject({ record_version: 2 });
  }, WAIT);
}

/** Puts a record on the stream as `aurastream redrive` does. */
async function putBack() {
  const key = await createSecret({ cloud: test.cloud, secret_id: test.stack.RestoreKeyArn })();
  const restored = {
    bytes: Buffer.from(JSON.stringify({ text: 'Back again', source: 'tour', record_id: 'back' })),
    position: { stream_name: 'live', shard_id: 'shardId-000000000000', sequence_number: '1' },
    partition_key: 'back',
    arrived_at: new Date().toISOString(),
  };
  await test.clients.kinesis.send(
    new PutRecordCommand({
      StreamName: test.stack.StreamName,
      PartitionKey: 'back',
      Data: packRestored(restored, key),
    }),
  );
  await waitForResult('tour', 'back');
}

/**
 * Submits a job with a random text of 1 MiB. The text does not fit on the stream, even gzipped.
 * About a fifth of the characters are control characters that take six bytes each in JSON.
 */
/** Returns a text of 1 MiB that no compression makes short enough for the stream. */
function randomText(): string {
  return Buffer.from(randomBytes(1_048_576).map((byte) => byte % 128)).toString();
}

async function submitTooLongRecord() {
  const text = randomText();
  const job_id = await submitFile(JSON.stringify({ text, language: 'en' }));
  const ended = await watch(job_id);
  expect(ended.progress, JSON.stringify(ended)).toMatchObject({ total: 1, done: 1, succeeded: 1 });
}

async function completeJobInSubmission() {
  const file = 'no JSON\n'.repeat(1_001);
  const callback_url = 'http://127.0.0.1:9/unreachable';
  const { job_id, upload: to } = await submit({ ...forFile(file), callback_url });
  await upload(to, file);
  expect((await watch(job_id)).progress).toMatchObject({ total: 1_001, set_aside: 1_001 });
}

async function redeliverAfterPageClosed() {
  const job = aProcessingJob({
    job_id: 'two-pages',
    tenant: 'acme',
    total: 1_001,
    expires_at: Math.floor(Date.now() / 1_000) + 3_600,
    deadline_at: new Date(Date.now() + 3_600_000).toISOString(),
    due_at: new Date(Date.now() + 3_600_000).toISOString(),
  });
  await test.jobs.create(job);
  await test.jobs.closePage(job, 0, { positive: 1_000 });
  const record = { text: 'Once more', job_id: job.job_id, tenant: job.tenant, job_index: 3 };
  await test.clients.kinesis.send(
    new PutRecordCommand({
      StreamName: test.stack.StreamName,
      PartitionKey: 'again',
      Data: Buffer.from(JSON.stringify({ ...record, record_id: 'again', source: 'tour' })),
    }),
  );
}

async function resumeSubmission() {
  const { job_id } = await submit(forFile('never uploaded'));
  const due_at = new Date(Date.now() - 1_000).toISOString();
  await test.jobs.update(job_id, ['PENDING'], { due_at });
  await test.control('POST', 'rules/fire');
}

async function waitForResult(source: string, record_id: string) {
  await vi.waitFor(async () => {
    expect((await call(`/results/${source}/${record_id}`)).status).toBe(200);
  }, WAIT);
}
