import { randomUUID } from 'node:crypto';
import type { Batch, DiscardCondition } from './lane.ts';
import { buildStreamEvent, nameBatchInfo } from './stream-event.ts';
import type { EventOrigin, StreamRecord } from './stream-record.ts';

/** The last invocation that received the records of a discarded batch. */
export interface LastInvocation {
  request_id: string;
  function_error: boolean;
}

export interface DiscardedBatch {
  mapping_id: string;
  function_arn: string;
  shard_id: string;
  batch: Batch<StreamRecord>;
  condition: DiscardCondition;
  origin: EventOrigin;
  /**
   * The last invocation with the batch. Undefined if the function was never invoked with the batch.
   */
  last_invocation?: LastInvocation | undefined;
}

/**
 * Builds the object that Lambda writes to an S3 failure destination.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 *
 * @returns the key and the body of the object. The field `payload` of the body is a string with the
 * whole event in JSON.
 */
export function failureReport(
  discarded: DiscardedBatch,
  now: number,
): { key: string; body: string } {
  const { batch, shard_id, origin, last_invocation } = discarded;
  const [first] = batch.records;
  const last = batch.records.at(-1);
  if (first === undefined || last === undefined) throw new Error('A batch has no records.');
  const timestamp = new Date(now).toISOString();
  const report = {
    requestContext: {
      requestId: last_invocation?.request_id ?? '',
      functionArn: discarded.function_arn,
      condition: discarded.condition,
      approximateInvokeCount: batch.invocations,
    },
    responseContext:
      last_invocation === undefined
        ? null
        : {
            statusCode: 200,
            executedVersion: '$LATEST',
            functionError: last_invocation.function_error ? 'Unhandled' : null,
          },
    version: '1.0',
    timestamp,
    [nameBatchInfo(origin.stream_arn)]: {
      shardId: shard_id,
      startSequenceNumber: first.sequence_number,
      endSequenceNumber: last.sequence_number,
      approximateArrivalOfFirstRecord: new Date(first.arrived_at).toISOString(),
      approximateArrivalOfLastRecord: new Date(last.arrived_at).toISOString(),
      batchSize: batch.records.length,
      streamArn: origin.stream_arn,
    },
    payload: buildStreamEvent(shard_id, batch.records, origin),
  };
  const day = timestamp.slice(0, 10);
  const second = timestamp.slice(0, 19).replaceAll(':', '.');
  return {
    key: `aws/lambda/${discarded.mapping_id}/${shard_id}/${day.replaceAll('-', '/')}/${second}-${randomUUID()}`,
    body: JSON.stringify(report),
  };
}
