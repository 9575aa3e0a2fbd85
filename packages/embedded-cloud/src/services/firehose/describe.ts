import { ACCOUNT_ID, REGION } from '../../gateway/types.ts';
import type { DeliveryStream } from './configuration.ts';

/** Source: https://docs.aws.amazon.com/firehose/latest/APIReference/API_ListDeliveryStreams.html */
const DEFAULT_LIMIT = 10;

export function buildStreamArn(name: string): string {
  return `arn:aws:firehose:${REGION}:${ACCOUNT_ID}:deliverystream/${name}`;
}

/** The response of DescribeDeliveryStream. @param created_at epoch ms */
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

/** The response of ListDeliveryStreams, sorted by name. */
export function listDeliveryStreams(names: string[], request: Record<string, unknown>) {
  const after = String(request.ExclusiveStartDeliveryStreamName ?? '');
  const later = names.filter((name) => name > after).sort();
  const limit = Number(request.Limit ?? DEFAULT_LIMIT);
  return {
    DeliveryStreamNames: later.slice(0, limit),
    HasMoreDeliveryStreams: later.length > limit,
  };
}
