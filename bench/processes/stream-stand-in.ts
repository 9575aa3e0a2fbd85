import {
  createPort,
  type HttpRequest,
  type HttpResponse,
} from '@aurastream/embedded-cloud/testing';
import { answerParent } from './answer.ts';

/**
 * A Kinesis that answers at once and keeps nothing, so that who publishes is measured and not what takes it. It speaks
 * HTTP/2 too, as the SDK's Kinesis client does.
 */
export type StandInQuestion = { kind: 'start' } | { kind: 'counts' } | { kind: 'reset' };

export interface Counts {
  calls: number;
  records: number;
  /** Of the requests' bodies. */
  bytes: number;
}

const TAKEN =
  '{"SequenceNumber":"49590338271490256608559692538361571095921575989136580001","ShardId":"shardId-000000000000"}';
/** Once in each record, and in no text: there its quotes would be escaped. */
const MARK = Buffer.from('"PartitionKey":');

const port = createPort((request, response) => void serve(request, response));
let counts = zero();

answerParent<StandInQuestion>(async ({ kind }) => {
  if (kind === 'start') return (await port.listen(0, '127.0.0.1')).port;
  const counted = counts;
  if (kind === 'reset') counts = zero();
  return counted;
});

function zero(): Counts {
  return { calls: 0, records: 0, bytes: 0 };
}

async function serve(request: HttpRequest, response: HttpResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const records = recordsOf(body);
  counts.calls += 1;
  counts.records += records;
  counts.bytes += body.length;
  const is_batch = String(request.headers['x-amz-target']).endsWith('.PutRecords');
  const taken = Array.from({ length: records }, () => TAKEN).join(',');
  response.statusCode = 200;
  response.setHeader('content-type', 'application/x-amz-json-1.1');
  response.end(is_batch ? `{"FailedRecordCount":0,"Records":[${taken}]}` : TAKEN);
}

function recordsOf(body: Buffer): number {
  let records = 0;
  for (let at = body.indexOf(MARK); at !== -1; at = body.indexOf(MARK, at + MARK.length)) {
    records += 1;
  }
  return records;
}
