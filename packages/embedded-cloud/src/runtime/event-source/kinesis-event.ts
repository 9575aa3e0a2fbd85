import { REGION } from '../../gateway/types.ts';
import type { EventOrigin, StreamRecord } from './stream-record.ts';

/**
 * Estimated maximum size of a record's JSON, in bytes. The estimate includes the longest possible
 * ARN, but excludes the data and the partition key.
 */
const RECORD_ENVELOPE_BYTES = 700;

/**
 * Converts a record of GetRecords to a record of the event.
 * @param record a record that GetRecords returned. The data is in base64.
 */
export function streamRecord(record: {
  sequence_number: string;
  partition_key: string;
  arrived_at: number;
  data: string;
}): StreamRecord {
  const event_bytes =
    record.data.length +
    Buffer.byteLength(JSON.stringify(record.partition_key)) +
    RECORD_ENVELOPE_BYTES;
  return { ...record, event_bytes };
}

/**
 * Builds the event of a batch of records.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-example.html
 */
export function kinesisEvent(
  shard_id: string,
  records: StreamRecord[],
  origin: EventOrigin,
): string {
  return JSON.stringify({
    Records: records.map((record) => ({
      kinesis: {
        kinesisSchemaVersion: '1.0',
        partitionKey: record.partition_key,
        sequenceNumber: record.sequence_number,
        data: record.data,
        approximateArrivalTimestamp: record.arrived_at / 1000,
      },
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `${shard_id}:${record.sequence_number}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn: origin.role_arn,
      awsRegion: REGION,
      eventSourceARN: origin.stream_arn,
    })),
  });
}
