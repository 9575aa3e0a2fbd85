import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createMessageHandler } from '../../../../ingest/submission/messages.ts';
import { createSweep } from '../../../../jobs/sweep.ts';
import type { JobCommand } from '../../../../schemas/index.ts';
import { JOBS_NOW } from '../../../support/jobs.ts';
import { createJob, createWorld } from './submit-world.ts';

const MINUTE = 60_000;
const LINES = 20_000;

beforeEach(() => {
  vi.useFakeTimers({ now: JOBS_NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

/**
 * Submits a job on a stream that takes 80 seconds for each request, in invocations of two minutes.
 * All messages of the queue are delivered at once, in parallel, and the sweeper runs every minute.
 *
 * @param isLost decides whether the message is lost that hands the submission over. The invocation
 * that sends the message has then crashed.
 */
async function submitSlowly(isLost: (hops: number) => boolean) {
  const lines = Array.from({ length: LINES }, (_, i) => JSON.stringify({ text: `Text ${i}` }));
  const world = createWorld(lines.join('\n'), undefined, { now: Date.now });
  const { store, deps, published } = world;
  await createJob(store);
  const { putRecords } = deps.stream;
  deps.stream.putRecords = async (entries) => {
    await new Promise((resolve) => setTimeout(resolve, 80_000));
    return putRecords(entries);
  };
  const sent: { minute: number; hops: number | undefined }[] = [];
  const send = async (command: JobCommand) => {
    const hops = 'hops' in command ? command.hops : undefined;
    sent.push({ minute: (Date.now() - JOBS_NOW) / MINUTE, hops });
    if (!isLost(hops ?? 0)) setTimeout(() => void deliver(command), 100);
  };
  let owners = 0;
  const job_queue = { send };
  const callback_queue = { send: async () => {} };
  const handle = createMessageHandler({
    submit: world.submit,
    sweep: createSweep({
      ...{ store, job_queue, callback_queue },
      ...{ deleteInput: world.inputs.delete, now: Date.now },
    }),
    job_queue,
    newOwner: () => `owner-${owners++}`,
    countStopped: () => expect.fail('The submission was stopped'),
    log: () => {},
  });
  const deliver = (command: JobCommand) => {
    const ends_at = Date.now() + 2 * MINUTE;
    const record = { messageId: 'm', body: JSON.stringify(command) };
    return handle([record] as never, () => ends_at - Date.now());
  };
  const isSubmitted = async () => (await store.get('j'))?.submitted?.records === LINES;
  setInterval(() => void deliver({ kind: 'sweep' }), MINUTE);
  void deliver({ kind: 'resume', job_id: 'j' });
  for (let minutes = 0; !(await isSubmitted()); minutes += 1) {
    expect(minutes).toBeLessThan(24 * 60);
    await vi.advanceTimersByTimeAsync(MINUTE);
  }
  const minutes = (Date.now() - JOBS_NOW) / MINUTE;
  return { published: published.length, minutes, sent };
}

it('A submission that lasts much longer than a sweep publishes each line once, and the sweeper leaves it alone', async () => {
  const { published, minutes, sent } = await submitSlowly(() => false);
  expect(minutes).toBeGreaterThan(25);
  expect(published / LINES).toBeLessThanOrEqual(1.01);
  expect(sent.filter(({ hops }) => hops === undefined)).toEqual([]);
}, 60_000);

it('The sweeper takes a crashed submission over within a sweep of the end of its lease, and no line is published twice', async () => {
  let crashes = 0;
  const { published, sent } = await submitSlowly((hops) => hops === 3 && crashes++ === 0);
  const crashed = sent.findIndex(({ hops }) => hops === 3);
  const resumed = sent.filter(({ hops }) => hops === undefined);
  expect(resumed).toHaveLength(1);
  expect(resumed[0]!.minute - sent[crashed]!.minute).toBeLessThan(3 + 1 + 1);
  expect(published / LINES).toBeLessThanOrEqual(1.01);
}, 60_000);
