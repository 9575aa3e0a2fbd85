import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import pLimit from 'p-limit';
import { createPause, type Pause } from '../../lib/backoff.ts';
import type { Lake } from '../../processors/stream/ports.ts';
import { createClient } from '../clients.ts';
import { callService, isThrottling } from '../errors.ts';
import { type Rejection, sendBatches } from '../send-batches.ts';
import { type PackedRecord, packResults, splitIntoCalls } from './packed-record.ts';

const CALLS_AT_A_TIME = 4;

export interface LakeDeps {
  client?: Pick<FirehoseClient, 'send'>;
  delivery_stream: string;
  pause?: Pause;
}

/**
 * Creates the lake, which stores results as lines of JSON through Firehose. If Firehose rejects
 * some records of a call, only the rejected records are sent again.
 */
export function createLake(deps: LakeDeps): Lake {
  const client = deps.client ?? createClient(FirehoseClient);
  const limit = pLimit(CALLS_AT_A_TIME);
  const pause = deps.pause ?? createPause();
  return {
    async put(results) {
      const rejected = await sendBatches(packResults(results), {
        limit,
        pause,
        split: splitIntoCalls,
        send: (call) => putRecords(client, deps.delivery_stream, call),
      });
      return [...rejected].flatMap(([{ indexes }, rejection]) =>
        indexes.map((index) => ({ index, ...rejection })),
      );
    },
  };
}

async function putRecords(
  client: Pick<FirehoseClient, 'send'>,
  DeliveryStreamName: string,
  call: PackedRecord[],
): Promise<(Rejection | undefined)[]> {
  const Records = call.map(({ lines }) => ({ Data: Buffer.from(lines.join('\n')) }));
  const { FailedPutCount, RequestResponses } = await callService('firehose', () =>
    client.send(new PutRecordBatchCommand({ DeliveryStreamName, Records })),
  );
  if (FailedPutCount === 0) return [];
  return call.map((_, i) => {
    const response = RequestResponses?.[i];
    return response?.RecordId === undefined ? rejectionOf(response?.ErrorCode) : undefined;
  });
}

/**
 * Converts the error code of a record to a rejection. The code `ServiceUnavailableException` counts
 * as throttled, because Firehose returns this code if its throughput is exceeded.
 * Source: PutRecordBatch in the Firehose API reference.
 */
function rejectionOf(code = 'MissingResponse'): Rejection {
  const throttled = code === 'ServiceUnavailableException' || isThrottling(code);
  return { code, retryable: true, throttled };
}
