import { type Message, SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import type { Invocation } from '../function/invocation.ts';
import { pause } from '../pause.ts';
import { listProcessed, queueEvent } from './queue-event.ts';
import { createQueueReader, type QueueReader } from './queue-reader.ts';

export interface QueueMappingOptions {
  mapping_id: string;
  function_arn: string;
  queue_arn: string;
  queue_url: string;
  batch_size: number;
  /** Time for which messages collect after the first. Zero: no longer than one request. */
  window_ms: number;
  /** Maximum number of concurrent invocations. */
  concurrency: number;
  report_item_failures: boolean;
  config: SQSClientConfig;
  /** Invokes the function. The returned promise never rejects. */
  invoke: (payload: string, trace_header?: string) => Promise<Invocation>;
  /**
   * Returns the number of visible messages in the queue, and the number of messages that were
   * received and not yet deleted.
   */
  countMessages: () => { visible: number; in_flight: number };
}

export interface QueueMappingStatus {
  mapping_id: string;
  function_arn: string;
  queue_arn: string;
  /** `OK`, or `PROBLEM: …` with the name and message of the last error. */
  last_processing_result: string;
  invocations: number;
  failed_invocations: number;
  partial_invocations: number;
  in_flight: number;
  /**
   * Whether no message is visible, no message is in flight, and no invocation is running. Delayed
   * messages are not considered.
   */
  idle: boolean;
}

export interface QueueMapping {
  status(): QueueMappingStatus;
  stop(): Promise<void>;
}

const ERROR_MS = 1_000;
const BUSY_MS = 20;

/**
 * Starts an event source mapping of a queue, as Lambda does. A message that the function did not
 * process stays in the queue, and becomes visible again when its visibility timeout ends.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function startQueueMapping(options: QueueMappingOptions): QueueMapping {
  const client = new SQSClient({ ...options.config, maxAttempts: 1 });
  const stopping = new AbortController();
  const reader = createQueueReader(client, options, stopping.signal);
  const running = new Set<Promise<void>>();
  const counters = { invocations: 0, failed_invocations: 0, partial_invocations: 0 };
  let problem: string | undefined;

  const onProblem = (cause: unknown) => {
    problem = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  };
  const process = async (messages: Message[]) => {
    const event = JSON.stringify(queueEvent(messages, options.queue_arn));
    // AWS does not document which message of a batch counts. Here it is the first.
    const trace_header = messages[0]?.Attributes?.AWSTraceHeader;
    const invocation = await options.invoke(event, trace_header);
    const processed = listProcessed(invocation, messages, options.report_item_failures);
    counters.invocations += 1;
    if (processed.length === 0) counters.failed_invocations += 1;
    else if (processed.length < messages.length) counters.partial_invocations += 1;
    // If a message cannot be deleted, the message is delivered again.
    if (processed.length > 0) await reader.remove(processed).catch(onProblem);
  };
  const poll = async () => {
    if (running.size >= options.concurrency) return pause(BUSY_MS, stopping.signal);
    try {
      const messages = await collectMessages(reader, options, stopping.signal);
      problem = undefined;
      if (messages.length === 0) return;
      const processing = process(messages).finally(() => running.delete(processing));
      running.add(processing);
    } catch (cause) {
      if (stopping.signal.aborted) return;
      onProblem(cause);
      await pause(ERROR_MS, stopping.signal);
    }
  };
  const polling = (async () => {
    while (!stopping.signal.aborted) await poll();
  })();

  return {
    status() {
      const { visible, in_flight } = options.countMessages();
      return {
        mapping_id: options.mapping_id,
        function_arn: options.function_arn,
        queue_arn: options.queue_arn,
        last_processing_result: problem === undefined ? 'OK' : `PROBLEM: ${problem}`,
        ...counters,
        in_flight: running.size,
        idle: running.size === 0 && visible === 0 && in_flight === 0,
      };
    },
    async stop() {
      stopping.abort();
      await polling;
      await Promise.allSettled(running);
      client.destroy();
    },
  };
}

/**
 * Receives the messages of one invocation: until the batch is full, or the window after the first message
 * has ended. What was received before the mapping stops is still processed.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
async function collectMessages(
  reader: QueueReader,
  { batch_size, window_ms }: Pick<QueueMappingOptions, 'batch_size' | 'window_ms'>,
  stopping: AbortSignal,
): Promise<Message[]> {
  const messages = await reader.receive(batch_size);
  if (messages.length === 0) return messages;
  const end = performance.now() + window_ms;
  while (messages.length < batch_size && performance.now() < end && !stopping.aborted) {
    // Received messages must not wait for their visibility timeout because of a later error.
    const more = await reader.receive(batch_size - messages.length).catch(() => undefined);
    if (more === undefined) break;
    messages.push(...more);
  }
  return messages;
}
