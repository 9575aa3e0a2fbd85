import { expect, it } from 'vitest';
import { createMessageHandler, type MessagesDeps } from '../../../../ingest/submission/messages.ts';
import { SubmissionInterruptedError } from '../../../../ingest/submission/publish-records.ts';
import type { SubmitOutcome, SubmitRequest } from '../../../../ingest/submission/submit.ts';
import { type JobCommand, ServiceError } from '../../../../schemas/index.ts';

/** Handles one message, with a `submit` function that the test defines. */
async function handle(body: object, submit: () => Promise<SubmitOutcome>) {
  const submissions: SubmitRequest[] = [];
  const commands: JobCommand[] = [];
  const lines: [string, string, object][] = [];
  const deps: MessagesDeps = {
    submit: (request) => {
      submissions.push(request);
      return submit();
    },
    newOwner: () => 'this invocation',
    countStopped: () => void lines.push(['metric', 'stopped', {}]),
    sweep: async () => ({ failed: 1 }),
    job_queue: { send: async (command) => void commands.push(command) },
    log: (...line) => void lines.push(line),
  };
  const record = { messageId: 'm', body: JSON.stringify(body) };
  const handleMessages = createMessageHandler(deps);
  type SqsRecord = Parameters<typeof handleMessages>[0][number];
  const response = await handleMessages([record as SqsRecord], () => 1_000);
  return { response, submissions, commands, lines };
}

const createArrival = (key: string) => ({
  'detail-type': 'Object Created',
  detail: { bucket: { name: 'b' }, object: { key, size: 1, etag: 'e' } },
});

it.each(['jsonl', 'csv', 'tsv', 'parquet'])(
  'The arrival of an object that ends with .%s submits the job that its key names',
  async (ending) => {
    const key = `inputs/job_1.v2.${ending}`;
    const { submissions, lines } = await handle(createArrival(key), async () => 'done');
    const request = { job_id: 'job_1.v2', owner: 'this invocation', hops: 0, object_key: key };
    expect(submissions).toEqual([request]);
    const details = { job_id: 'job_1.v2', outcome: 'done', hops: 0 };
    expect(lines).toEqual([['info', 'submission handled', details]]);
  },
);

it('A job that its submission fails is logged as a warning', async () => {
  const { lines } = await handle(createArrival('inputs/job_1.xml'), async () => 'failed');
  const details = { job_id: 'job_1', outcome: 'failed', hops: 0 };
  expect(lines).toEqual([['warn', 'submission handled', details]]);
});

it('An object whose key names no job is logged and ignored', async () => {
  const arrival = createArrival('inputs/bench/job_1.jsonl');
  const { submissions, lines, response } = await handle(arrival, async () => 'done');
  expect(submissions).toEqual([]);
  expect(lines).toEqual([['warn', 'object ignored: its key names no job', {}]]);
  expect(response.batchItemFailures).toEqual([]);
});

it('A submission that runs out of time hands the job over, and counts how often it was handed over', async () => {
  const first = { kind: 'resume' as const, job_id: 'job_1' };
  const second = { ...first, owner: 'the invocation before', hops: 7 };
  const from_sweeper = await handle(first, async () => 'more');
  expect(from_sweeper.submissions).toEqual([
    { job_id: 'job_1', owner: 'this invocation', from: undefined, hops: 0 },
  ]);
  expect(from_sweeper.commands).toEqual([{ ...first, owner: 'this invocation', hops: 1 }]);
  const handed_over = await handle(second, async () => 'more');
  expect(handed_over.submissions).toEqual([
    { job_id: 'job_1', owner: 'this invocation', from: 'the invocation before', hops: 7 },
  ]);
  expect(handed_over.commands).toEqual([{ ...first, owner: 'this invocation', hops: 8 }]);
});

it('A submission that takes too many invocations ends, is logged as an error and is counted', async () => {
  const message = { kind: 'resume', job_id: 'job_1', owner: 'the invocation before', hops: 1_001 };
  const { commands, lines, response } = await handle(message, async () => 'stopped');
  expect(commands).toEqual([]);
  expect(response.batchItemFailures).toEqual([]);
  expect(lines).toEqual([
    ['metric', 'stopped', {}],
    ['error', 'submission handled', { job_id: 'job_1', outcome: 'stopped', hops: 1_001 }],
  ]);
});

it('A message that fails is delivered again, and the log quotes the messages of known errors alone', async () => {
  const message = { kind: 'resume', job_id: 'job_1' };
  const known = await handle(message, async () => {
    throw new SubmissionInterruptedError('Throttled');
  });
  expect(known.response.batchItemFailures).toEqual([{ itemIdentifier: 'm' }]);
  expect(known.lines).toMatchObject([['error', 'message failed', { error: 'Throttled' }]]);
  const unknown = await handle(message, async () => {
    throw new TypeError('private words');
  });
  expect(unknown.response.batchItemFailures).toEqual([{ itemIdentifier: 'm' }]);
  expect(unknown.lines).toMatchObject([['error', 'message failed', { error_name: 'TypeError' }]]);
  expect(JSON.stringify(unknown.lines)).not.toContain('private words');
});

it('The sweep message sweeps the jobs and logs the counts', async () => {
  const { lines } = await handle({ kind: 'sweep' }, async () => 'done');
  expect(lines).toEqual([['info', 'jobs swept', { failed: 1 }]]);
});

/** Handles several messages, each of which resumes the job with its name. */
async function handleAll(job_ids: string[], overrides: Partial<MessagesDeps>) {
  const lines: [string, string, object][] = [];
  const remaining: number[] = [];
  const handleMessages = createMessageHandler({
    submit: async (_, remaining_ms) => {
      remaining.push(remaining_ms());
      return 'done';
    },
    sweep: async () => ({}),
    job_queue: { send: async () => {} },
    newOwner: () => 'this invocation',
    countStopped: () => expect.fail('No submission was stopped'),
    log: (...line) => void lines.push(line),
    ...overrides,
  });
  const records = job_ids.map((job_id) => ({
    messageId: `of ${job_id}`,
    body: JSON.stringify({ kind: 'resume', job_id }),
  }));
  const response = await handleMessages(records as never, () => 77_000);
  return { response, lines, remaining };
}

it('A message that fails does not keep the others from being handled', async () => {
  const { response, lines } = await handleAll(['job_1', 'job_2', 'job_3'], {
    submit: async ({ job_id }) => {
      if (job_id === 'job_2') throw new ServiceError('s3', 'SlowDown', { retryable: true });
      return 'done';
    },
  });
  expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'of job_2' }] });
  expect(lines).toEqual([
    ['info', 'submission handled', { job_id: 'job_1', outcome: 'done', hops: 0 }],
    ['error', 'message failed', { message_id: 'of job_2', error: 's3: SlowDown' }],
    ['info', 'submission handled', { job_id: 'job_3', outcome: 'done', hops: 0 }],
  ]);
});

it('A submission whose next invocation cannot be queued fails its message', async () => {
  const { response } = await handleAll(['job_1'], {
    submit: async () => 'more',
    job_queue: { send: () => Promise.reject(new Error('down')) },
  });
  expect(response.batchItemFailures).toEqual([{ itemIdentifier: 'of job_1' }]);
});

it('A submission that is done, ignored or failed asks for no other invocation', async () => {
  for (const outcome of ['done', 'ignored', 'failed'] as const) {
    const { response } = await handleAll(['job_1'], {
      submit: async () => outcome,
      job_queue: { send: () => Promise.reject(new Error('it was asked')) },
    });
    expect(response.batchItemFailures).toEqual([]);
  }
});

it('A submission knows how much time its invocation has left', async () => {
  const { remaining } = await handleAll(['job_1', 'job_2'], {});
  expect(remaining).toEqual([77_000, 77_000]);
});

it('A message that is no message of the queue is given back, and the log does not quote it', async () => {
  const { response, lines } = await handle({ kind: 'private words' }, async () => 'done');
  expect(response.batchItemFailures).toEqual([{ itemIdentifier: 'm' }]);
  expect(JSON.stringify(lines)).not.toContain('private words');
});
