import { setTimeout as waitUntilDue } from 'node:timers/promises';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { prepareKeys } from '../../cli/start/keys.ts';
import { type Caller, createCaller } from '../support/api.ts';
import { type TestCloud, testCloud } from '../support/cloud.ts';
import type { MeterEntry } from '../support/observe.ts';

const WAIT = { timeout: 60_000, interval: 250 };
/** Records that always wait on the stream at least: 8 seconds of the default quota. */
const LEAST_WAITING = 2_000;
const RECORDS_PER_PUT = 500;
const DOCUMENTS_PER_CALL = 25;
const REQUESTS = 60;
const CALLERS = 4;
const REQUESTS_PER_SECOND = 10;
/** Median time of a request from which on the machine counts as too slow. */
const SLOW_MS = 1_000;

let test: TestCloud;
let call: Caller;
beforeAll(async () => {
  test = await testCloud();
  await prepareKeys(test.cloud);
  const { api_key } = await test.keys.create({ tenant: 'sync', tier: 'enterprise' });
  call = createCaller(test.cloud.api, api_key);
});
afterAll(() => test.stop());

/** Publishes records with distinct texts until enough of them wait. Returns how many it has published. */
async function fillStream(published = 0): Promise<number> {
  const { calls } = await countCalls('BatchDetectSentiment');
  let sent = published;
  for (; sent - calls * DOCUMENTS_PER_CALL < LEAST_WAITING; sent += RECORDS_PER_PUT) {
    const Records = Array.from({ length: RECORDS_PER_PUT }, (_, i) => ({
      PartitionKey: `key ${i}`,
      Data: Buffer.from(
        JSON.stringify({ text: `Parcel ${sent + i} came late`, source: 'load', language: 'en' }),
      ),
    }));
    const { FailedRecordCount } = await test.clients.kinesis.send(
      new PutRecordsCommand({ StreamName: test.stack.StreamName, Records }),
    );
    expect(FailedRecordCount).toBe(0);
  }
  return sent;
}

/** Reads the calls of one operation of Comprehend, and how many of them failed. */
async function countCalls(operation: string) {
  const { entries } = (await test.control('GET', 'meter')) as { entries: MeterEntry[] };
  const all = entries.filter(
    ({ service, action }) => service === 'comprehend' && action === operation,
  );
  return {
    callers: [...new Set(all.map(({ caller }) => caller))],
    calls: all.reduce((sum, { calls }) => sum + calls, 0),
    errors: Object.assign({}, ...all.map(({ errors }) => errors)) as Record<string, number>,
  };
}

const analyze = (text: string) =>
  call('/analyze/sync', { method: 'POST', body: { text, options: { language_code: 'en' } } });

/** Starts an execution environment for each caller. */
function warmUp() {
  const start = (_: unknown, i: number) =>
    vi.waitFor(async () => expect((await analyze(`Warm up ${i}`)).status).toBe(200), WAIT);
  return Promise.all(Array.from({ length: CALLERS }, start));
}

interface Answered {
  status: number;
  /** Number of answers with status 429 before the last answer. */
  refused: number;
  took_ms: number;
}

/** Sends a request, and sends it again after `Retry-After`, as the client does. */
async function analyzeAsClient(text: string): Promise<Answered> {
  const started_at = performance.now();
  for (let refused = 0; ; refused += 1) {
    const { status, headers } = await analyze(text);
    const took_ms = performance.now() - started_at;
    if (status !== 429 || took_ms > WAIT.timeout) return { status, refused, took_ms };
    await waitUntilDue(Number(headers['retry-after']) * 1_000);
  }
}

/**
 * Sends requests whose texts are in no cache. Each caller sends the next request when it is due and
 * the last one is answered, so that a slow machine gets fewer requests per second and not more at a
 * time.
 */
async function sendRequests(): Promise<Answered[]> {
  const started_at = performance.now();
  const answers: Answered[] = [];
  const caller = async (_: unknown, first: number) => {
    for (let n = first; n < REQUESTS; n += CALLERS) {
      const due_ms = (n * 1_000) / REQUESTS_PER_SECOND - (performance.now() - started_at);
      if (due_ms > 0) await waitUntilDue(due_ms);
      answers.push(await analyzeAsClient(`Question ${n} is a good one`));
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return answers;
}

it('beside a stream at full load, the synchronous API answers 10 misses a second, and Comprehend throttles no call', async () => {
  let published = await fillStream();
  await warmUp();
  await vi.waitFor(async () => {
    expect((await countCalls('BatchDetectSentiment')).calls).toBeGreaterThan(10);
  }, WAIT);
  const before = await countCalls('DetectSentiment');
  const requests = sendRequests();
  let answers: Answered[] | undefined;
  while (answers === undefined) {
    published = await fillStream(published);
    answers = await Promise.race([requests, waitUntilDue(250, undefined)]);
  }
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: REQUESTS }, () => 200));
  // A request waits at most 8 seconds for its turn, and a machine with other work may take longer
  // for the work before it.
  const times = answers.map(({ took_ms }) => took_ms).sort((a, b) => a - b);
  if (times[REQUESTS / 2]! < SLOW_MS) {
    expect(answers.reduce((sum, { refused }) => sum + refused, 0)).toBe(0);
  }
  const stream = await countCalls('BatchDetectSentiment');
  expect(stream.calls).toBeGreaterThan(20);
  expect(stream.errors).toEqual({});
  const sync = await countCalls('DetectSentiment');
  expect(sync.calls - before.calls).toBe(REQUESTS);
  expect(sync.errors).toEqual({});
  expect(sync.callers).toEqual([expect.stringContaining('ApiHandler')]);
});
