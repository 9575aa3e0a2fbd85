import { dynamoDbEvent } from './dynamodb-event.ts';
import { kinesisEvent } from './kinesis-event.ts';
import type { EventOrigin, StreamRecord } from './stream-record.ts';

type BuildEvent = (shard_id: string, records: StreamRecord[], origin: EventOrigin) => string;

/** How each service's events and failure reports look, by the service in the stream's ARN. */
const SERVICES: Record<string, { buildEvent: BuildEvent; batch_info: string }> = {
  kinesis: { buildEvent: kinesisEvent, batch_info: 'KinesisBatchInfo' },
  dynamodb: { buildEvent: dynamoDbEvent, batch_info: 'DDBStreamBatchInfo' },
};

function serviceOf(stream_arn: string) {
  const service = SERVICES[stream_arn.split(':')[2] ?? ''];
  if (service === undefined) throw new Error(`${stream_arn} is not the ARN of a stream.`);
  return service;
}

/** Builds the event of a batch of records, in JSON. */
export function buildStreamEvent(
  shard_id: string,
  records: StreamRecord[],
  origin: EventOrigin,
): string {
  return serviceOf(origin.stream_arn).buildEvent(shard_id, records, origin);
}

/** Returns the name of the field that describes the batch in a failure report. */
export const nameBatchInfo = (stream_arn: string): string => serviceOf(stream_arn).batch_info;
