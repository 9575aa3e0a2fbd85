import { Duration, aws_lambda as lambda, aws_sqs as sqs } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { createFunction } from './handler.ts';

/** Attempts at a message before it becomes a dead letter, which raises an alarm. */
const MAX_RECEIVE_COUNT = 10;
const RETENTION_DAYS = 14;

/**
 * Creates a queue of work for a function, with a dead letter queue.
 *
 * @param timeout_seconds timeout of the function. A message stays hidden a little longer, so that after a crash another
 * function soon receives it.
 */
export function createWorkQueue(scope: Construct, id: string, timeout_seconds: number): sqs.Queue {
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

/**
 * Builds the grant that lets Lambda receive messages under the function's role.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
export function receiveGrant(queue: sqs.Queue) {
  return {
    actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
    resources: [queue.queueArn],
  };
}

/** Feeds a function from a queue, with one message at a time per execution environment. */
export function addQueueFeed(
  scope: Construct,
  id: string,
  feed: { handler: ReturnType<typeof createFunction>; queue: sqs.Queue; concurrency: number },
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
