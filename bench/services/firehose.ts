import type { Answer } from './answer.ts';
import { atMost, PUT_BYTES, PUT_RECORD_BYTES, PUT_RECORDS } from './limits.ts';

interface Request {
  Record: { Data: string };
  Records: { Data: string }[];
}

/** Firehose bills each record rounded up to 5 KB. */
const ROUNDED_TO_BYTES = 5 * 1_024;

export function createFirehose(): Record<string, (request: Request) => Answer> {
  return {
    PutRecord: ({ Record }) => ({ body: { RecordId: '1' }, usage: usageOf([Record]) }),
    PutRecordBatch: ({ Records }) => ({
      body: { FailedPutCount: 0, RequestResponses: Records.map(() => ({ RecordId: '1' })) },
      usage: usageOf(Records),
    }),
  };
}

function usageOf(records: { Data: string }[]) {
  const sizes = records.map(({ Data }) => Buffer.byteLength(Data, 'base64'));
  atMost(records.length, PUT_RECORDS);
  atMost(Math.max(...sizes), PUT_RECORD_BYTES);
  const billed = sizes.map((bytes) => Math.ceil(bytes / ROUNDED_TO_BYTES) * ROUNDED_TO_BYTES);
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
  atMost(sum(sizes), PUT_BYTES);
  return { records: records.length, bytes: sum(sizes), billed_bytes: sum(billed) };
}
