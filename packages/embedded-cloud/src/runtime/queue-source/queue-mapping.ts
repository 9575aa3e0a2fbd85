import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs';
import { REGION } from '../../gateway/types.ts';
import type { Invocation } from '../function/invocation.ts';
import { pause } from '../pause.ts';

export interface QueueMappingOptions {
  mapping_id: string;
  function_arn: string;
  queue_arn: string;
  queue_url: string;
  batch_size: number;
  /** Invocations at a time. */
  concurrency: number;
  report_item_failures: boolean;
  config: SQSClientConfig;
  /** Never throws. */
  invoke: (payload: string) => Promise<Invocation>;
  /** How many messages wait for somebody, and how many are with somebody or come back to be. */
  work: () => { visible: number; in_flight: number };
}

export interface QueueMappingStatus {
  mapping_id: string;
  function_arn: string;
  queue_arn: string;
  /** `OK`, or `PROBLEM: …` with the last error's name and message. */
  last_processing_result: string;
  invocations: number;
  failed_invocations: number;
  partial_invocations: number;
  in_flight: number;
  /** Nothing waits, nothing runs, and nothing that failed comes again. Delayed messages wait for their time. */
  idle: boolean;
}

export interface QueueMapping {
  status(): QueueMappingStatus;
  stop(): Promise<void>;
}

const WAIT_SECONDS = 1;
const ERROR_MS = 1_000;
const BUSY_MS = 20;

/**
 * Lambda's event source mapping of a queue: what the function did not do stays in the queue and is visible again when
 * its timeout ends. Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function startQueueMapping(options: QueueMappingOptions): QueueMapping {
  const client = new SQSClient({ ...options.config, maxAttempts: 1 });
  const stop = new AbortController();
  const running = new Set<Promise<void>>();
  const counters = { invocations: 0, failed_invocations: 0, partial_invocations: 0 };
  let problem: string | undefined;

  const run = async (messages: Message[]) => {
    const answer = await options.invoke(JSON.stringify(sqsEvent(messages, options.queue_arn)));
    counters.invocations += 1;
    const done = doneOf(answer, messages, options.report_item_failures);
    if (done.length === 0) counters.failed_invocations += 1;
    else if (done.length < messages.length) counters.partial_invocations += 1;
    if (done.length === 0) return;
    const Entries = done.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
    // What can't be deleted comes again: at least once.
    await client
      .send(new DeleteMessageBatchCommand({ QueueUrl: options.queue_url, Entries }))
      .catch(onProblem);
  };
  const onProblem = (cause: unknown) => {
    problem = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  };
  /** Lambda asks a queue for its attributes before it reads it. */
  const known = async () => {
    const command = new GetQueueAttributesCommand({
      QueueUrl: options.queue_url,
      AttributeNames: ['VisibilityTimeout'],
    });
    await client.send(command, { abortSignal: stop.signal });
    return true;
  };
  const polling = (async () => {
    let attributes_known = false;
    while (!stop.signal.aborted) {
      if (running.size >= options.concurrency) {
        await pause(BUSY_MS, stop.signal);
        continue;
      }
      try {
        if (!attributes_known) attributes_known = await known();
        const { Messages = [] } = await client.send(
          new ReceiveMessageCommand({
            QueueUrl: options.queue_url,
            MaxNumberOfMessages: options.batch_size,
            WaitTimeSeconds: WAIT_SECONDS,
            MessageSystemAttributeNames: ['All'],
          }),
          { abortSignal: stop.signal },
        );
        problem = undefined;
        if (Messages.length === 0) continue;
        const work = run(Messages).finally(() => running.delete(work));
        running.add(work);
      } catch (cause) {
        if (stop.signal.aborted) return;
        onProblem(cause);
        await pause(ERROR_MS, stop.signal);
      }
    }
  })();

  return {
    status() {
      const { visible, in_flight } = options.work();
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
      stop.abort();
      await polling;
      await Promise.allSettled(running);
      client.destroy();
    },
  };
}

/** Source: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
function sqsEvent(messages: Message[], queue_arn: string) {
  return {
    Records: messages.map((message) => ({
      messageId: message.MessageId,
      receiptHandle: message.ReceiptHandle,
      body: message.Body,
      attributes: message.Attributes ?? {},
      messageAttributes: {},
      md5OfBody: message.MD5OfBody,
      eventSource: 'aws:sqs',
      eventSourceARN: queue_arn,
      awsRegion: REGION,
    })),
  };
}

/** Which messages the function has done: none where it failed, or answered with what is no answer. */
function doneOf(answer: Invocation, messages: Message[], reports: boolean): Message[] {
  if (answer.kind !== 'answered') return [];
  if (!reports) return messages;
  const failures = failuresIn(answer.payload);
  if (failures === undefined) return messages;
  const ids = new Set(messages.map(({ MessageId }) => MessageId));
  if (failures.some((id) => id === '' || !ids.has(id))) return [];
  return messages.filter(({ MessageId }) => !failures.includes(MessageId!));
}

/** Empty, null and absent lists are successes. */
function failuresIn(payload: string): string[] | undefined {
  const body = JSON.parse(payload) as { batchItemFailures?: { itemIdentifier?: string }[] } | null;
  return body?.batchItemFailures?.map(({ itemIdentifier }) => itemIdentifier ?? '');
}
