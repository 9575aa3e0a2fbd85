import { REGION } from '../../gateway/types.ts';
import type { Sequenced } from './lane.ts';

/** A record of a stream. Its data is in base64, as the event has it. */
export interface StreamRecord extends Sequenced {
  data: string;
}

/** The stream of an event's records, and the role that reads it. */
export interface EventOrigin {
  stream_arn: string;
  role_arn: string;
}

/** An upper estimate of the JSON around a record's data and key, with the longest ARN. */
const RECORD_ENVELOPE_BYTES = 700;

/** @param record as GetRecords returned it, with its data in bytes. */
export function streamRecord(record: {
  sequence_number: string;
  partition_key: string;
  arrived_at: number;
  data: Uint8Array;
}): StreamRecord {
  const data = Buffer.from(record.data).toString('base64');
  const event_bytes =
    data.length + Buffer.byteLength(JSON.stringify(record.partition_key)) + RECORD_ENVELOPE_BYTES;
  return { ...record, data, event_bytes };
}

/**
 * The event of a batch.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-example.html
 */
export function kinesisEvent(shard_id: string, records: StreamRecord[], origin: EventOrigin) {
  return {
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
  };
}
