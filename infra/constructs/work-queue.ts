import { Duration, aws_lambda as lambda, aws_sqs as sqs } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { createFunction } from './handler.ts';

/**
 * Number of failed attempts after which a message becomes a dead letter. A dead letter raises an
 * alarm. Lambda recommends at least 5 attempts, because an attempt that Lambda throttles counts too.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
export const MAX_RECEIVE_COUNT = 5;
/**
 * Visibility timeout of a queue, as a multiple of the timeout of its function. Lambda recommends six
 * times the timeout, because Lambda retries an invocation that it throttles for that long. The
 * sweeper resumes a crashed submission earlier.
 */
const VISIBILITY_FACTOR = 6;
/** The longest that SQS allows. */
const RETENTION_DAYS = 14;

/**
 * Creates a queue of messages for a Lambda function, with a dead letter queue.
 *
 * @param timeout_seconds timeout of the Lambda function, in seconds
 * @param retention_days time after which a message is lost, in days
 */
export function createWorkQueue(
  scope: Construct,
  id: string,
  timeout_seconds: number,
  retention_days = RETENTION_DAYS,
): sqs.Queue {
  const retentionPeriod = Duration.days(retention_days);
  const encryption = sqs.QueueEncryption.SQS_MANAGED;
  const kept = { retentionPeriod, encryption, enforceSSL: true };
  const dead_letters = new sqs.Queue(scope, `${id}DeadLetters`, kept);
  return new sqs.Queue(scope, id, {
    ...kept,
    visibilityTimeout: Duration.seconds(timeout_seconds * VISIBILITY_FACTOR),
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
