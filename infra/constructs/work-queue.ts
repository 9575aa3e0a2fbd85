import { Duration, aws_lambda as lambda, aws_sqs as sqs } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { handlerFunction } from './handler.ts';

/** How often a message is tried before it goes to the queue's dead letters, where somebody looks at it. */
const MAX_RECEIVE_COUNT = 10;
const RETENTION_DAYS = 14;

/**
 * A queue of work for a function, with its dead letters.
 *
 * @param timeout_seconds of the function: a message that it holds stays hidden a little longer, so that a function that
 * died is soon followed by another.
 */
export function workQueue(scope: Construct, id: string, timeout_seconds: number): sqs.Queue {
  const retentionPeriod = Duration.days(RETENTION_DAYS);
  const encryption = sqs.QueueEncryption.SQS_MANAGED;
  const dead_letters = new sqs.Queue(scope, `${id}DeadLetters`, { retentionPeriod, encryption });
  return new sqs.Queue(scope, id, {
    retentionPeriod,
    encryption,
    visibilityTimeout: Duration.seconds(timeout_seconds + 30),
    deadLetterQueue: { queue: dead_letters, maxReceiveCount: MAX_RECEIVE_COUNT },
  });
}

/** What Lambda does in the function's name. Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
export function queueGrants(queue: sqs.Queue) {
  return {
    actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
    resources: [queue.queueArn],
  };
}

/** Hands a function the queue's messages, one at a time to each of its environments. */
export function feedFromQueue(
  scope: Construct,
  id: string,
  feed: { handler: ReturnType<typeof handlerFunction>; queue: sqs.Queue; concurrency: number },
): void {
  const mapping = new lambda.CfnEventSourceMapping(scope, id, {
    functionName: feed.handler.functionName,
    eventSourceArn: feed.queue.queueArn,
    batchSize: 1,
    functionResponseTypes: ['ReportBatchItemFailures'],
    scalingConfig: { maximumConcurrency: feed.concurrency },
  });
  mapping.node.addDependency(feed.handler.role);
}
