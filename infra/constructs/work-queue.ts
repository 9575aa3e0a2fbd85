import { Duration, aws_lambda as lambda, aws_sqs as sqs } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { createFunction } from './handler.ts';

/**
 * Number of failed attempts after which a message becomes a dead letter. A dead letter raises an
 * alarm.
 */
const MAX_RECEIVE_COUNT = 10;
const RETENTION_DAYS = 14;

/**
 * Creates a queue of messages for a Lambda function, with a dead letter queue.
 *
 * @param timeout_seconds timeout of the Lambda function, in seconds. The visibility timeout of the
 * queue is only slightly longer, because after a crash the function should soon receive the message
 * again.
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
 * Builds the IAM permission that Lambda needs to receive the queue's messages. Lambda receives the
 * messages with the role of the function.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
export function receiveGrant(queue: sqs.Queue) {
  return {
    actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
    resources: [queue.queueArn],
  };
}

/** Connects a queue to a Lambda function. Each invocation receives one message. */
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
