import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import pLimit from 'p-limit';
import { createPause } from '../../lib/backoff.ts';
import type { Lake } from '../../processors/stream/ports.ts';
import type { Result } from '../../schemas/index.ts';
import { isThrottling, PATIENCE, quiet, serviceError } from '../clients.ts';
import { fitted } from '../dynamodb/fitted.ts';
import { type Pause, type Rejection, sendAll } from '../dynamodb/resend.ts';

/**
 * Limits of PutRecordBatch, Firehose API reference: a call of 4 MiB, a record of 1,000 KiB. That of 500 records is out
 * of reach: two neighbouring parcels hold over 100 KB, so 4 MiB are at most 84.
 */
const BYTES_PER_CALL = 4 * 1_024 * 1_024;
const BYTES_PER_RECORD = 1_000 * 1_024;
/**
 * Firehose bills each record rounded up to 5 KB, so a record holds many lines: at this length rounding adds 2.5 % at
 * the mean, and a rejected one is still cheap to send again.
 */
const BYTES_PER_PARCEL = 100_000;
const CALLS_AT_A_TIME = 4;

export interface LakeDeps {
  client?: Pick<FirehoseClient, 'send'>;
  delivery_stream: string;
  pause?: Pause;
}

/** Results of one Firehose record: lines of JSON, and the last line feed is the delivery stream's to add. */
interface Parcel {
  lines: string[];
  indexes: number[];
  bytes: number;
}

/** Results as lines of JSON through Firehose. Only records that Firehose rejected are sent again. */
export function createLake(deps: LakeDeps): Lake {
  const client = deps.client ?? quiet(new FirehoseClient({ requestHandler: PATIENCE }));
  const limit = pLimit(CALLS_AT_A_TIME);
  return {
    async put(results) {
      const rejected = await sendAll(parcelsOf(results), {
        limit,
        pause: deps.pause ?? createPause(),
        pack: calls,
        send: (call) => putBatch(client, deps.delivery_stream, call),
      });
      return [...rejected].flatMap(([{ indexes }, why]) =>
        indexes.map((index) => ({ index, ...why })),
      );
    },
  };
}

function parcelsOf(results: Result[]): Parcel[] {
  const parcels: Parcel[] = [];
  for (const [index, result] of results.entries()) {
    const line = JSON.stringify(fitted(result, BYTES_PER_RECORD));
    const bytes = Buffer.byteLength(line);
    const open = parcels.at(-1);
    if (open === undefined || open.bytes + 1 + bytes > BYTES_PER_PARCEL) {
      parcels.push({ lines: [line], indexes: [index], bytes });
    } else {
      open.lines.push(line);
      open.indexes.push(index);
      open.bytes += 1 + bytes;
    }
  }
  return parcels;
}

function calls(parcels: Parcel[]): Parcel[][] {
  const packs: Parcel[][] = [];
  let bytes = 0;
  for (const parcel of parcels) {
    const open = packs.at(-1);
    const fits = open !== undefined && bytes + parcel.bytes <= BYTES_PER_CALL;
    if (fits) open.push(parcel);
    else packs.push([parcel]);
    bytes = fits ? bytes + parcel.bytes : parcel.bytes;
  }
  return packs;
}

async function putBatch(
  client: Pick<FirehoseClient, 'send'>,
  DeliveryStreamName: string,
  call: Parcel[],
): Promise<(Rejection | undefined)[]> {
  const Records = call.map(({ lines }) => ({ Data: Buffer.from(lines.join('\n')) }));
  const { FailedPutCount, RequestResponses } = await client
    .send(new PutRecordBatchCommand({ DeliveryStreamName, Records }))
    .catch((cause: unknown) => {
      throw serviceError('firehose', cause);
    });
  if (FailedPutCount === 0) return [];
  return call.map((_, i) => {
    const answer = RequestResponses?.[i];
    return answer?.RecordId === undefined ? rejection(answer?.ErrorCode) : undefined;
  });
}

/** Firehose says `ServiceUnavailableException` where its throughput is exceeded: PutRecordBatch, API reference. */
function rejection(code = 'MissingResponse'): Rejection {
  const throttled = code === 'ServiceUnavailableException' || isThrottling(code);
  return { code, retryable: true, throttled };
}
