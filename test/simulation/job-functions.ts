import type { RecordStream } from '../../ingest/ports.ts';
import { createMessageHandler } from '../../ingest/submission/messages.ts';
import type { JobInputs } from '../../ingest/submission/ports.ts';
import { createSubmit } from '../../ingest/submission/submit.ts';
import { createCallBack } from '../../jobs/callbacks/call-back.ts';
import type { PostOutcome } from '../../jobs/callbacks/post.ts';
import { createOnFinal } from '../../jobs/end-job.ts';
import type { CallbackQueue, JobQueue, JobStore } from '../../jobs/ports.ts';
import { createSweep } from '../../jobs/sweep.ts';
import { type CallbackMessage, type ListedRecord, ServiceError } from '../../schemas/index.ts';
import { createFakeInputs } from '../fakes/job-inputs.ts';
import { NO_LIMITS } from '../fakes/pace.ts';
import { createFakeRecordLists } from '../fakes/record-lists.ts';
import { Violation } from './checks/violation.ts';
import { runFunction } from './lambda.ts';
import type { Queue } from './queue.ts';
import type { Environment, World } from './world.ts';

export interface JobFunctionDeps {
  world: World;
  objects: Map<string, Buffer>;
  /** Pages of the record lists of jobs. */
  pages: Map<string, ListedRecord[]>;
  storeOf: (environment: Environment) => JobStore;
  streamOf: (environment: Environment) => RecordStream;
  queues: { jobs: () => Queue; callbacks: () => Queue };
  /** Delivers a callback to its receiver. */
  receive: (url: string, headers: Record<string, string>, body: string) => number;
  /**
   * Called when an invocation starts to put records of a job on the stream. Returns a function to
   * call when the request has ended.
   */
  onSubmit: (job_id: string, environment: Environment) => () => void;
}

export const CALLBACK_SECRET = 'the secret of the deployment';

/** Sends a message to the callback queue over the network of an environment. */
export function connectCallbackQueue(
  world: World,
  environment: Environment,
  queue: () => Queue,
): CallbackQueue {
  return {
    send: (message, delay_seconds) =>
      world.call(environment, 'queue', 'send', () => queue().send(message, delay_seconds * 1_000)),
  };
}

/** Timeout of the submitting function. A short time makes it go on in a further invocation. */
const SUBMISSION_TIMEOUTS_MS = [120_000, 24_000, 20_100];

/**
 * Creates the function that submits and sweeps jobs, as ingest/submission/compose.ts does. Returns
 * whether the message is done, and the name of the invocation.
 */
export function createSubmissionFunction(
  deps: JobFunctionDeps,
): (body: string) => Promise<{ is_done: boolean; invocation: string }> {
  const { world, storeOf, queues } = deps;
  return async (body) => {
    const environment = world.environment('submission');
    const now = world.clockOf(environment);
    const store = storeOf(environment);
    const callback_queue = connectCallbackQueue(world, environment, queues.callbacks);
    const job_queue: JobQueue = {
      send: (command) =>
        world.call(environment, 'queue', 'send', () => queues.jobs().send(command)),
    };
    const inputs = connectInputs(deps, environment);
    const { record_lists } = createFakeRecordLists(deps.pages);
    const handleMessages = createMessageHandler({
      submit: createSubmit({
        ...{ store, inputs },
        record_lists: {
          put: (...page) =>
            world.call(environment, 'inputs', 'put page', () => record_lists.put(...page)),
        },
        stream: watchStream(deps, environment),
        claims: { put: () => Promise.reject(new Error('No text of a job is that long')) },
        on_final: createOnFinal(callback_queue),
        ...NO_LIMITS,
        now,
      }),
      sweep: createSweep({
        ...{ store, job_queue, callback_queue, now },
        deleteInput: inputs.delete,
      }),
      job_queue,
      // Each environment of the simulation runs one invocation.
      newOwner: () => environment.name,
      countStopped: () => world.scheduler.fail(new Violation('A submission was stopped')),
      log: (_, message, details) => checkLog(world, message, details),
    });
    const timeout_ms = world.random.pick(SUBMISSION_TIMEOUTS_MS);
    const ends_at = now() + timeout_ms;
    const outcome = await runFunction(world, environment, timeout_ms, () =>
      handleMessages([{ messageId: 'm', body }] as never, () => ends_at - now()),
    );
    const is_done = outcome !== 'killed' && outcome.answer.batchItemFailures.length === 0;
    return { is_done, invocation: environment.name };
  };
}

function watchStream(deps: JobFunctionDeps, environment: Environment): RecordStream {
  const stream = deps.streamOf(environment);
  return {
    putRecords(entries) {
      const [first] = entries;
      const { job_id } = JSON.parse(Buffer.from(first?.data ?? '{}').toString());
      const onEnd = deps.onSubmit(job_id, environment);
      return stream.putRecords(entries).finally(onEnd);
    },
  };
}

/**
 * Checks that a log message has no text of a user and does not report a bug. All texts of the
 * simulation contain a mark between two hash signs.
 */
export function checkLog(world: World, message: string, details: object): void {
  const line = JSON.stringify({ message, ...details });
  if (line.includes('#')) world.scheduler.fail(new Violation(`A log has a text: ${line}`));
  if (line.includes('"error_name"')) world.scheduler.fail(new Violation(`A bug: ${line}`));
}

/** Returns the inputs of jobs for one environment, which reads an object in several parts. */
function connectInputs({ world, objects }: JobFunctionDeps, environment: Environment): JobInputs {
  const { inputs } = createFakeInputs(objects);
  return {
    ...inputs,
    delete: (key) => world.call(environment, 'inputs', 'delete', () => inputs.delete(key)),
    head: (key) => world.call(environment, 'inputs', 'head', () => inputs.head(key)),
    async *read(key, options) {
      const [whole = Buffer.alloc(0)] = await world.call(environment, 'inputs', 'get', async () => {
        const parts: Buffer[] = [];
        for await (const part of inputs.read(key, options)) parts.push(part);
        return parts;
      });
      const size = world.random.pick([500, 10_000, 1_000_000]);
      for (let start = 0; start < whole.length; start += size) {
        if (start > 0) await world.call(environment, 'inputs', 'next part', () => undefined);
        yield whole.subarray(start, start + size);
      }
    },
  };
}

const CALLBACK_TIMEOUT_MS = 45_000;

/** Creates the function that sends callbacks, as jobs/callbacks/compose.ts does. */
export function createCallbackFunction(deps: JobFunctionDeps): (body: string) => Promise<boolean> {
  const { world, storeOf, queues, receive } = deps;
  return async (body) => {
    const environment = world.environment('callbacks');
    const callBack = createCallBack({
      store: storeOf(environment),
      queue: connectCallbackQueue(world, environment, queues.callbacks),
      post: (url, headers, content) =>
        world
          .call(environment, 'receiver', 'POST', () => receive(url, headers, content))
          .then((status): PostOutcome => ({ status }), toNoResponse),
      secrets: () => world.call(environment, 'secrets', 'get', () => [CALLBACK_SECRET]),
      now: world.clockOf(environment),
    });
    const outcome = await runFunction(world, environment, CALLBACK_TIMEOUT_MS, () =>
      callBack(JSON.parse(body) as CallbackMessage).then(
        () => true,
        (error: unknown) => {
          if (!(error instanceof ServiceError)) throw error;
          return false;
        },
      ),
    );
    return outcome !== 'killed' && outcome.answer;
  };
}

function toNoResponse(error: unknown): PostOutcome {
  if (!(error instanceof ServiceError)) throw error;
  return { error: 'ECONNRESET' };
}
