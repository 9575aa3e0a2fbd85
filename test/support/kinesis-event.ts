import type { KinesisStreamRecord } from 'aws-lambda';

export const STREAM_NAME = 'records';
export const SHARD_ID = 'shardId-000000000006';
/** The time 2026-11-23T10:00:00.123Z, in epoch milliseconds. */
export const ARRIVED_AT = Date.UTC(2026, 10, 23, 10, 0, 0, 123);

/**
 * Builds a record of a Kinesis event. The partition key and the sequence number contain `place`.
 */
export function kinesisRecord(data: unknown, place = 1): KinesisStreamRecord {
  const sequence_number = sequenceNumber(place);
  return {
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: `key-${place}`,
      sequenceNumber: sequence_number,
      data: bytesOf(data).toString('base64'),
      approximateArrivalTimestamp: ARRIVED_AT / 1_000,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `${SHARD_ID}:${sequence_number}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: 'arn:aws:iam::000000000000:role/consumer',
    awsRegion: 'us-east-1',
    eventSourceARN: `arn:aws:kinesis:us-east-1:000000000000:stream/${STREAM_NAME}`,
  };
}

/** Builds a batch of records with the given data, in the order of the arguments. */
export function kinesisRecords(...data: unknown[]): KinesisStreamRecord[] {
  return data.map((one, i) => kinesisRecord(one, i + 1));
}

export function sequenceNumber(place: number): string {
  return `4959033827149025660855969253836157109592157598913658${String(place).padStart(4, '0')}`;
}

function bytesOf(data: unknown): Buffer {
  if (data instanceof Uint8Array) return Buffer.from(data);
  return Buffer.from(typeof data === 'string' ? data : JSON.stringify(data));
}
