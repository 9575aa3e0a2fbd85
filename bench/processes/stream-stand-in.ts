import {
  createPort,
  type HttpRequest,
  type HttpResponse,
} from '@aurastream/embedded-cloud/testing';
import { answerParent } from './answer.ts';

/**
 * Asks this process to emulate a Kinesis stream. The emulation answers without delay and stores
 * nothing, so that a run measures only the publisher. The emulation supports HTTP/1.1 and HTTP/2,
 * because the SDK's Kinesis client uses HTTP/2.
 */
export type StandInQuestion = { kind: 'start' } | { kind: 'counts' } | { kind: 'reset' };

export interface PutCounts {
  calls: number;
  records: number;
  /** Number of bytes of the request bodies. */
  bytes: number;
}

const ACCEPTED =
  '{"SequenceNumber":"49590338271490256608559692538361571095921575989136580001","ShardId":"shardId-000000000000"}';
/**
 * A byte sequence that occurs exactly once in each record of a request. Texts cannot contain the
 * byte sequence, because JSON escapes the quotes of a text.
 */
const RECORD_MARK = Buffer.from('"PartitionKey":');

const port = createPort((request, response) => void serve(request, response));
let counts = createCounts();

answerParent<StandInQuestion>(async ({ kind }) => {
  if (kind === 'start') return (await port.listen(0, '127.0.0.1')).port;
  const reading = counts;
  if (kind === 'reset') counts = createCounts();
  return reading;
});

function createCounts(): PutCounts {
  return { calls: 0, records: 0, bytes: 0 };
}

async function serve(request: HttpRequest, response: HttpResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const records = countRecords(body);
  counts.calls += 1;
  counts.records += records;
  counts.bytes += body.length;
  const is_batch = String(request.headers['x-amz-target']).endsWith('.PutRecords');
  const entries = Array.from({ length: records }, () => ACCEPTED).join(',');
  response.statusCode = 200;
  response.setHeader('content-type', 'application/x-amz-json-1.1');
  response.end(is_batch ? `{"FailedRecordCount":0,"Records":[${entries}]}` : ACCEPTED);
}

function countRecords(body: Buffer): number {
  let records = 0;
  for (
    let at = body.indexOf(RECORD_MARK);
    at !== -1;
    at = body.indexOf(RECORD_MARK, at + RECORD_MARK.length)
  ) {
    records += 1;
  }
  return records;
}
