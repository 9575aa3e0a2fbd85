import { ACCOUNT_ID, REGION } from '../../gateway/types.ts';
import type { DeliveryStream } from './configuration.ts';

/**
 * Default maximum number of names in a response of ListDeliveryStreams.
 * Source: https://docs.aws.amazon.com/firehose/latest/APIReference/API_ListDeliveryStreams.html
 */
const DEFAULT_LIMIT = 10;

export function buildStreamArn(name: string): string {
  return `arn:aws:firehose:${REGION}:${ACCOUNT_ID}:deliverystream/${name}`;
}

/**
 * Creates the response of DescribeDeliveryStream.
 *
 * @param created_at creation time of the stream in epoch milliseconds
 */
export function describeDeliveryStream(
  { name, configuration }: DeliveryStream,
  created_at: number,
) {
  const { BucketARN, RoleARN, Prefix, ErrorOutputPrefix, BufferingHints, CompressionFormat } =
    configuration;
  const destination = {
    BucketARN,
    RoleARN,
    Prefix,
    ErrorOutputPrefix,
    BufferingHints,
    CompressionFormat,
    EncryptionConfiguration: { NoEncryptionConfig: 'NoEncryption' },
  };
  return {
    DeliveryStreamDescription: {
      DeliveryStreamName: name,
      DeliveryStreamARN: buildStreamArn(name),
      DeliveryStreamStatus: 'ACTIVE',
      DeliveryStreamType: 'DirectPut',
      VersionId: '1',
      CreateTimestamp: created_at / 1_000,
      HasMoreDestinations: false,
      Destinations: [
        {
          DestinationId: 'destinationId-000000000001',
          S3DestinationDescription: destination,
          ExtendedS3DestinationDescription: {
            ...destination,
            ProcessingConfiguration: configuration.ProcessingConfiguration,
            S3BackupMode: 'Disabled',
          },
        },
      ],
    },
  };
}

/** Creates the response of ListDeliveryStreams, with the streams sorted by name. */
export function listDeliveryStreams(names: string[], request: Record<string, unknown>) {
  const after = String(request.ExclusiveStartDeliveryStreamName ?? '');
  const later = names.filter((name) => name > after).sort();
  const limit = Number(request.Limit ?? DEFAULT_LIMIT);
  return {
    DeliveryStreamNames: later.slice(0, limit),
    HasMoreDeliveryStreams: later.length > limit,
  };
}
