import type { _Record } from '@aws-sdk/client-dynamodb-streams';
import { encodeAttributes } from './attribute-json.ts';
import type { EventOrigin, StreamRecord } from './stream-record.ts';

/** Estimated maximum size of the fields that the event adds to a record, in bytes. */
const ENVELOPE_BYTES = 350;

/**
 * Converts a record of GetRecords to a record of the event. The records of an item have the same
 * partition key, so that they stay in order in the lanes of a shard.
 */
export function tableStreamRecord(record: _Record): StreamRecord {
  const { dynamodb = {}, userIdentity, eventID, eventName, eventVersion, awsRegion } = record;
  const arrived_at = dynamodb.ApproximateCreationDateTime?.getTime() ?? 0;
  const { Keys = {}, NewImage, OldImage } = dynamodb;
  const partition_key = JSON.stringify(encodeAttributes(Keys));
  const data = JSON.stringify({
    eventID,
    eventName,
    eventVersion,
    eventSource: 'aws:dynamodb',
    awsRegion,
    dynamodb: {
      ApproximateCreationDateTime: arrived_at / 1000,
      Keys: encodeAttributes(Keys),
      ...(NewImage && { NewImage: encodeAttributes(NewImage) }),
      ...(OldImage && { OldImage: encodeAttributes(OldImage) }),
      SequenceNumber: dynamodb.SequenceNumber,
      SizeBytes: dynamodb.SizeBytes,
      StreamViewType: dynamodb.StreamViewType,
    },
    ...(userIdentity && {
      userIdentity: { type: userIdentity.Type, principalId: userIdentity.PrincipalId },
    }),
  });
  return {
    sequence_number: dynamodb.SequenceNumber ?? '',
    partition_key,
    arrived_at,
    event_bytes: Buffer.byteLength(data) + ENVELOPE_BYTES,
    data,
  };
}

/**
 * Builds the event of a batch of records.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 */
export function dynamoDbEvent(
  _shard_id: string,
  records: StreamRecord[],
  { stream_arn }: EventOrigin,
) {
  return {
    Records: records.map(({ data }) => ({ ...JSON.parse(data), eventSourceARN: stream_arn })),
  };
}
