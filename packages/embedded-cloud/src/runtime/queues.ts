import { PUNCTUATION, type SecretSpec } from '../services/secrets-manager.ts';
import type { QueueSpec } from '../services/sqs/queue.ts';
import type { Stack } from './template/stack.ts';

interface QueueProperties {
  FifoQueue?: boolean | string;
  VisibilityTimeout?: number;
  MessageRetentionPeriod?: number;
  DelaySeconds?: number;
  RedrivePolicy?: { deadLetterTargetArn: string; maxReceiveCount: number };
}

/** SQS's defaults. Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sqs-queue.html */
const VISIBILITY_SECONDS = 30;
const RETENTION_SECONDS = 345_600;

/** @throws {Error} for a queue that is not played here. */
export function queueSpecs(stack: Stack): QueueSpec[] {
  return stack.resources('AWS::SQS::Queue').map((resource) => {
    const properties = resource.properties() as QueueProperties;
    if (String(properties.FifoQueue ?? false) === 'true') {
      throw new Error(`${resource.logical_id}: FIFO queues are not played here.`);
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

interface SecretProperties {
  Name?: string;
  SecretString?: string;
  GenerateSecretString?: {
    PasswordLength?: number;
    ExcludePunctuation?: boolean | string;
    ExcludeCharacters?: string;
    SecretStringTemplate?: string;
  };
}

/** @throws {Error} for a secret that is not played here. */
export function secretSpecs(stack: Stack): SecretSpec[] {
  return stack.resources('AWS::SecretsManager::Secret').map((resource) => {
    const { Name, SecretString, GenerateSecretString } = resource.properties() as SecretProperties;
    if (GenerateSecretString?.SecretStringTemplate !== undefined) {
      throw new Error(`${resource.logical_id}: SecretStringTemplate is not played here.`);
    }
    const punctuation =
      String(GenerateSecretString?.ExcludePunctuation ?? false) === 'true' ? PUNCTUATION : '';
    return {
      arn: resource.physical_id,
      name: Name ?? resource.physical_id.split(':').at(-1)!,
      ...(SecretString === undefined ? {} : { value: SecretString }),
      generate: {
        length: Number(GenerateSecretString?.PasswordLength ?? 32),
        exclude: `${GenerateSecretString?.ExcludeCharacters ?? ''}${punctuation}`,
      },
    };
  });
}
