import type { EventOrigin, StreamRecord } from './stream-record.ts';

/** Estimated maximum size of the fields that the event adds to a record, in bytes. */
const ENVELOPE_BYTES = 350;

/**
 * A record as GetRecords returns it in JSON. The images have the same form in an event.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
 */
export interface TableRecord {
  dynamodb: {
    /** Seconds since 1970. */
    ApproximateCreationDateTime: number;
    Keys: object;
    SequenceNumber: string;
  };
  userIdentity?: { PrincipalId: string; Type: string };
}

/**
 * Converts a record of GetRecords to a record of the event. The records of an item have the same
 * partition key, so that they stay in order in the lanes of a shard.
 */
export function tableStreamRecord(
  { userIdentity, ...record }: TableRecord,
  stream_arn: string,
): StreamRecord {
  const { ApproximateCreationDateTime, Keys, SequenceNumber } = record.dynamodb;
  const data = JSON.stringify({
    ...record,
    ...(userIdentity && {
      userIdentity: { type: userIdentity.Type, principalId: userIdentity.PrincipalId },
    }),
    eventSourceARN: stream_arn,
  });
  return {
    sequence_number: SequenceNumber,
    partition_key: JSON.stringify(Keys),
    arrived_at: ApproximateCreationDateTime * 1000,
    event_bytes: Buffer.byteLength(data) + ENVELOPE_BYTES,
    data,
  };
}

/**
 * Builds the event of a batch of records, whose data is in JSON already.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 */
export function dynamoDbEvent(_shard_id: string, records: StreamRecord[], _: EventOrigin): string {
  return `{"Records":[${records.map(({ data }) => data).join(',')}]}`;
}
