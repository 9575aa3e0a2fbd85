import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DEFAULT_RIGHTS, formatApiKey } from '../schemas/index.ts';
import type { BenchCloud } from './cloud.ts';
import { analyzeEvent, authorizerEvent, kinesisEvent, queueEvent } from './events.ts';
import type { FunctionName } from './functions.ts';
import { putFinishedJob, putSubmittableJob } from './jobs.ts';

/**
 * A small event for a function. The function's answer matches the pattern if the function handled
 * the event.
 */
export interface FirstEvent {
  event: object;
  answer: RegExp;
}

const NOTHING_FAILED = /"batchItemFailures":\[\]/;
const KEY = formatApiKey(
  { tenant: 'bench', tier: 'enterprise', rights: DEFAULT_RIGHTS },
  'a'.repeat(32),
);

/**
 * Returns one event builder for each deployed function. The builder makes the first event of a
 * sample. Texts and jobs are new in each sample, because a cached verdict would shorten the
 * deployed function's work.
 */
export function createFirstEvents(
  cloud: BenchCloud,
  callback_url: string,
): Record<FunctionName, (sample: number) => Promise<FirstEvent>> {
  const textOf = (sample: number) => `I love my cat, and this is start number ${sample}`;
  return {
    async consumer(sample) {
      const record = { record_id: `cold-${sample}`, text: textOf(sample), source: 'bench' };
      return { event: kinesisEvent([record]), answer: NOTHING_FAILED };
    },
    api: async (sample) => ({ event: analyzeEvent(textOf(sample)), answer: /"statusCode":200/ }),
    authorizer: async () => ({ event: authorizerEvent(KEY), answer: /"Effect":"Allow"/ }),
    async submission(sample) {
      const job_id = `cold-submission-${sample}`;
      const body = JSON.stringify({ text: textOf(sample) });
      await putSubmittableJob(cloud, job_id, { body, bytes: Buffer.byteLength(body) });
      return { event: queueEvent({ kind: 'resume', job_id }), answer: NOTHING_FAILED };
    },
    async callback(sample) {
      const job_id = `cold-callback-${sample}`;
      await putFinishedJob(cloud, job_id, callback_url);
      return { event: queueEvent({ job_id, attempt: 1 }), answer: NOTHING_FAILED };
    },
  };
}

/** Runs an HTTP server that receives callbacks while the work runs. */
export async function withReceiver<T>(
  work: (receiver: { url: string; readCount: () => number }) => Promise<T>,
): Promise<T> {
  let count = 0;
  const server = createServer((request, response) => {
    count += 1;
    request.resume().on('end', () => response.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    return await work({ url: `http://127.0.0.1:${port}/`, readCount: () => count });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
