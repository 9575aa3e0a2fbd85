import type { QueueSpec } from '../services/sqs/queue.ts';
import type { Stack } from './template/stack.ts';

interface QueueProperties {
  FifoQueue?: boolean | string;
  VisibilityTimeout?: number;
  MessageRetentionPeriod?: number;
  DelaySeconds?: number;
  RedrivePolicy?: { deadLetterTargetArn: string; maxReceiveCount: number };
}

/**
 * Default values of SQS, in seconds.
 * Source:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sqs-queue.html
 */
const VISIBILITY_SECONDS = 30;
const RETENTION_SECONDS = 345_600;

/**
 * Reads the queues of the template.
 * @throws {Error} if a queue is a FIFO queue, which is not emulated.
 */
export function queueSpecs(stack: Stack): QueueSpec[] {
  return stack.resources('AWS::SQS::Queue').map((resource) => {
    const properties = resource.properties() as QueueProperties;
    if (String(properties.FifoQueue ?? false) === 'true') {
      throw new Error(
        `${resource.logical_id} (${resource.type}): FIFO queues are not emulated. Use a standard queue.`,
      );
    }
    const { RedrivePolicy } = properties;
    return {
      name: resource.attribute('QueueName'),
      arn: resource.attribute('Arn'),
      visibility_timeout_ms: Number(properties.VisibilityTimeout ?? VISIBILITY_SECONDS) * 1_000,
      retention_ms: Number(properties.MessageRetentionPeriod ?? RETENTION_SECONDS) * 1_000,
      delay_ms: Number(properties.DelaySeconds ?? 0) * 1_000,
      ...(RedrivePolicy === undefined
        ? {}
        : {
            redrive: {
              dead_letter_arn: RedrivePolicy.deadLetterTargetArn,
              max_receive_count: Number(RedrivePolicy.maxReceiveCount),
            },
          }),
    };
  });
}
