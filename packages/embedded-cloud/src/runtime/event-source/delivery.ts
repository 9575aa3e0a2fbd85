import type { Invocation } from '../function/invocation.ts';
import { pause } from '../pause.ts';
import { failureReport, type LastInvocation } from './failure-report.ts';
import type { Batch } from './lane.ts';
import { type Outcome, readOutcome } from './outcome.ts';
import type { ShardQueue, ShardStep } from './shard-queue.ts';
import type { FailureDestination } from './source.ts';
import { buildStreamEvent } from './stream-event.ts';
import type { EventOrigin, StreamRecord } from './stream-record.ts';
import type { TumblingWindow } from './tumbling-window.ts';

/** Counters of one mapping. The counters cover all shards since the mapping's start. */
export interface DeliveryCounters {
  invocations: number;
  records_delivered: number;
  /** Number of records that match no filter of the mapping. */
  records_filtered_out: number;
  failed_invocations: number;
  partial_invocations: number;
  throttled_invocations: number;
  records_discarded: number;
  /**
   * Number of discarded batches whose report the destination refused. The records of these batches
   * are lost, as on AWS.
   */
  reports_refused: number;
  /**
   * Age of the last record in the most recent batch, in milliseconds. The age is measured when the
   * delivery attempt of the batch ends. Lambda calls this metric IteratorAge.
   */
  iterator_age_ms: number;
}

export interface DeliveryOptions {
  mapping_id: string;
  function_arn: string;
  shard_id: string;
  origin: EventOrigin;
  report_item_failures: boolean;
  tumbling_window?: TumblingWindow | undefined;
  queue: ShardQueue<StreamRecord>;
  invoke: (payload: string) => Promise<Invocation>;
  destination?: FailureDestination | undefined;
  counters: DeliveryCounters;
  now: () => number;
  backoff: (failures: number) => number;
  /** Signal that ends all waits when the mapping stops. */
  stopping: AbortSignal;
  onProgress: () => void;
  /** Called with each error, and with undefined after each successful read of the stream. */
  onProblem: (problem: unknown) => void;
}

/**
 * Delivers a shard's batches to the function, and the reports of discarded batches to the failure
 * destination.
 */
export interface Delivery {
  /**
   * Sends the batches that are ready. If another batch becomes ready at a known time, `pump` calls
   * itself again at that time.
   */
  pump(): void;
  /** Waits until no batch is in flight. */
  waitUntilIdle(): Promise<void>;
}

export function createDelivery(options: DeliveryOptions): Delivery {
  const { queue, now, stopping, counters } = options;
  const running = new Set<Promise<void>>();
  const answers = new Map<number, LastInvocation>();
  let timer: NodeJS.Timeout | undefined;
  stopping.addEventListener('abort', () => clearTimeout(timer));

  const pump = () => {
    clearTimeout(timer);
    if (stopping.aborted) return;
    const { steps, wake_at } = queue.take(now());
    for (const step of steps) {
      const run = runStep(step).finally(() => running.delete(run));
      running.add(run);
    }
    if (wake_at !== undefined) timer = setTimeout(pump, Math.max(1, wake_at - now()));
  };

  const runStep = async (step: ShardStep<StreamRecord>) => {
    const outcome = await (step.kind === 'invoke' ? invoke : discard)(options, step, answers);
    if (outcome === undefined) return;
    count(counters, step.batch, outcome, now());
    queue.settle(step.lane, outcome, now());
    options.onProgress();
    pump();
  };

  return {
    pump,
    async waitUntilIdle() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}

/** The last invocation of each lane, by the lane's number. */
type Answers = Map<number, LastInvocation>;

async function invoke(
  options: DeliveryOptions,
  { batch, lane }: ShardStep<StreamRecord>,
  answers: Answers,
): Promise<Outcome> {
  const { tumbling_window } = options;
  // A window that does not end is tried again before the batch.
  if (!(await endWindow(options, batch))) return { kind: 'throttled' };
  const event = buildStreamEvent(options.shard_id, batch.records, options.origin);
  const answer = await options.invoke(tumbling_window?.extend(event, batch) ?? event);
  if (answer.kind === 'refused') {
    return { kind: answer.code === 'TooManyRequestsException' ? 'throttled' : 'failure' };
  }
  answers.set(lane, { request_id: answer.request_id, function_error: answer.kind === 'failed' });
  options.counters.invocations += 1;
  if (answer.kind === 'failed') return { kind: 'failure' };
  if (tumbling_window?.keep(answer.payload) === false) return { kind: 'failure' };
  if (!options.report_item_failures) return { kind: 'success' };
  return readOutcome(
    answer.payload,
    batch.records.map(({ sequence_number }) => sequence_number),
  );
}

/** Ends the tumbling window before a batch. Returns false if the function failed. */
async function endWindow(
  { tumbling_window, invoke: call, counters }: DeliveryOptions,
  batch: Batch<StreamRecord>,
): Promise<boolean> {
  const event = tumbling_window?.endBefore(batch);
  if (event === undefined) return true;
  const answer = await call(JSON.stringify(event));
  if (answer.kind === 'refused') return false;
  counters.invocations += 1;
  if (answer.kind === 'failed') return false;
  tumbling_window?.close();
  return true;
}

/**
 * Writes the report of a discarded batch to the failure destination. If the destination fails, the
 * write is retried until the destination accepts or refuses the report.
 *
 * @returns undefined if the mapping stops before the report is written. The batch is then delivered
 * again after the restart.
 */
async function discard(
  options: DeliveryOptions,
  { batch, lane }: ShardStep<StreamRecord>,
  answers: Answers,
): Promise<Outcome | undefined> {
  const { destination, counters, stopping } = options;
  const condition = batch.discard ?? 'RetryAttemptsExhausted';
  const last_invocation = batch.invocations === 0 ? undefined : answers.get(lane);
  const report = failureReport({ ...options, batch, condition, last_invocation }, options.now());
  for (let attempt = 1; destination !== undefined; attempt += 1) {
    if (stopping.aborted) return undefined;
    try {
      await destination.put(report.key, report.body);
      break;
    } catch (cause) {
      options.onProblem(cause);
      if (isFinal(cause)) {
        counters.reports_refused += 1;
        break;
      }
      await pause(options.backoff(attempt), stopping);
    }
  }
  counters.records_discarded += batch.records.length;
  return { kind: 'success' };
}

function count(
  counters: DeliveryCounters,
  batch: Batch<StreamRecord>,
  outcome: Outcome,
  now: number,
): void {
  if (batch.discard !== undefined) return;
  if (outcome.kind === 'throttled') counters.throttled_invocations += 1;
  if (outcome.kind === 'failure') counters.failed_invocations += 1;
  if (outcome.kind === 'partial') counters.partial_invocations += 1;
  counters.records_delivered += outcome.kind === 'throttled' ? 0 : batch.records.length;
  counters.iterator_age_ms = now - (batch.records.at(-1)?.arrived_at ?? now);
}

/**
 * Returns true if an error of the destination is final, which means that a retry cannot succeed.
 * For example, the destination does not exist, or the role may not write to the destination.
 */
function isFinal(cause: unknown): boolean {
  const status = (cause as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  return status !== undefined && status >= 400 && status < 500 && status !== 429;
}
