import { createMessageHandler } from '../../ingest/submission/messages.ts';
import { createSubmit } from '../../ingest/submission/submit.ts';
import { createSweep } from '../../jobs/sweep.ts';
import { type JobCommand, type JobMessage, jobMessageSchema } from '../../schemas/index.ts';
import { createFakeJobStore } from '../fakes/job-store.ts';
import { NO_LIMITS } from '../fakes/pace.ts';
import { createRandom } from '../support/random.ts';
import { createSubmitterCheck } from './checks/submitters.ts';
import { createScheduler, onVirtualTimers } from './scheduler.ts';
import { startedAt } from './world.ts';

export interface LongSubmission {
  lines: number;
  /** Number of records that the stream accepts per second. */
  records_per_second: number;
  /** Probability that an invocation is killed while it publishes. */
  crash: number;
}

export interface LongSubmissionReport {
  status: string;
  submitted: number;
  published: number;
  /** Number of invocations that handed the submission over. */
  hops: number;
  /** Number of invocations that were killed. */
  crashed: number;
  /** Number of times that the sweeper resumed the submission. */
  resumed: number;
  virtual_hours: number;
}

const TIMEOUT_MS = 120_000;
const SWEEP_EVERY_MS = 300_000;
const HOUR_MS = 3_600_000;
const LINE = Buffer.from('{"text":"a","language":"en"}\n');
const LINES_PER_PART = 10_000;
const PART = Buffer.concat(Array.from({ length: LINES_PER_PART }, () => LINE));
const JOB_ID = 'job_long';

/**
 * Submits one large job in virtual time, with the product's submission, messages and sweeper. The
 * input is generated while it is read, and the stream counts the records.
 */
export async function simulateLongSubmission(
  options: LongSubmission,
): Promise<LongSubmissionReport> {
  const random = createRandom(1);
  const scheduler = createScheduler(random.fork(), startedAt());
  return onVirtualTimers(scheduler, random.fork(), async () => {
    const { now } = scheduler;
    const store = createFakeJobStore({ now });
    const checkSubmitter = createSubmitterCheck();
    const counts = { published: 0, hops: 0, crashed: 0, resumed: 0 };
    let invocations = 0;
    let stream_is_free_at = now();
    const send = (command: JobCommand) => {
      if ('hops' in command) counts.hops += 1;
      else if (command.kind === 'resume') counts.resumed += 1;
      scheduler.after(200, 'message', () => void deliver(command));
    };
    const crashed = new Set<string>();
    const check = (name: string) => {
      try {
        return checkSubmitter(JOB_ID, { name, isKilled: () => crashed.has(name) });
      } catch (error) {
        scheduler.fail(error);
        return () => {};
      }
    };
    const onCrash = (owner: string) => {
      crashed.add(owner);
      counts.crashed = crashed.size;
    };
    const deliver = async (message: JobMessage) => {
      const owner = `invocation ${invocations++}`;
      const ends_at = now() + TIMEOUT_MS;
      const is_submission = 'kind' in message && message.kind === 'resume';
      const crashes_at =
        is_submission && random.chance(options.crash) ? now() + random.int(90_000) : ends_at;
      const job_queue = { send: async (command: JobCommand) => send(command) };
      const putRecords = async (entries: unknown[]) => {
        const onEnd = check(owner);
        const put_ms = (entries.length / options.records_per_second) * 1_000;
        stream_is_free_at = Math.max(now(), stream_is_free_at) + put_ms;
        await scheduler.sleep(stream_is_free_at - now(), 'put');
        counts.published += entries.length;
        if (now() >= crashes_at) return new Promise<never>(() => onCrash(owner));
        onEnd();
        return entries.map(() => ({ ok: true as const, shard_id: 's', sequence_number: '1' }));
      };
      const handle = createMessageHandler({
        submit: createSubmit({
          ...{ store, now, inputs: createLongInput(options.lines), stream: { putRecords } },
          claims: { put: () => Promise.reject(new Error('No text of the job is long')) },
          on_final: async () => {},
          record_lists: { put: async () => {} },
          ...NO_LIMITS,
        }),
        sweep: createSweep({
          ...{ store, job_queue, callback_queue: { send: async () => {} } },
          ...{ deleteInput: async () => {}, now },
        }),
        job_queue,
        newOwner: () => owner,
        countStopped: () => {},
        log: () => {},
      });
      const body = JSON.stringify(jobMessageSchema.parse(message));
      await handle([{ messageId: 'm', body }] as never, () => ends_at - now()).catch(
        scheduler.fail,
      );
    };
    const sweep = () => {
      void deliver({ kind: 'sweep' });
      scheduler.after(SWEEP_EVERY_MS, 'sweep', sweep);
    };
    await store.create(createJob(now()));
    void deliver({ kind: 'resume', job_id: JOB_ID });
    scheduler.after(SWEEP_EVERY_MS, 'sweep', sweep);
    let job = await store.get(JOB_ID);
    const isOver = () => job?.submitted?.records === options.lines || job?.status === 'FAILED';
    while (!isOver() && now() - startedAt() < 25 * HOUR_MS) {
      let is_later = false;
      scheduler.after(60_000, 'a minute has passed', () => {
        is_later = true;
      });
      await scheduler.run(() => is_later, Number.POSITIVE_INFINITY);
      job = await store.get(JOB_ID);
    }
    return {
      ...{ status: job?.status ?? 'none', submitted: job?.submitted?.records ?? 0 },
      ...counts,
      virtual_hours: (now() - startedAt()) / HOUR_MS,
    };
  });
}

function createJob(now: number) {
  return {
    ...{ job_id: JOB_ID, tenant: 'acme', status: 'PENDING' as const, source_id: 'file' },
    input: { kind: 'upload' as const, format: 'jsonl' as const, key: 'inputs/long', etag: 'e' },
    created_at: new Date(now).toISOString(),
    deadline_at: new Date(now + 24 * HOUR_MS).toISOString(),
    due_at: new Date(now + 600_000).toISOString(),
    expires_at: Math.floor(now / 1_000) + 30 * 86_400,
  };
}

/** Creates an input of equal lines, which exist only while they are read. */
function createLongInput(lines: number) {
  const end = lines * LINE.length;
  return {
    head: async () => ({ etag: 'e', bytes: end }),
    async *read(_: string, { from }: { from: number }) {
      for (let at = from; at < end; at += PART.length) yield PART.subarray(0, end - at);
    },
    put: () => Promise.reject(new Error('The input is read only')),
    delete: async () => {},
    presignPut: () => Promise.reject(new Error('The input is read only')),
  };
}
