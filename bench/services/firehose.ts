import type { Answer } from './answer.ts';
import { assertAtMost, PUT_BYTES, PUT_RECORD_BYTES, PUT_RECORDS } from './limits.ts';

interface FirehoseRequest {
  Record: { Data: string };
  Records: { Data: string }[];
}

/** Firehose bills the size of each record as a multiple of this number of bytes. */
const BILLING_STEP_BYTES = 5 * 1_024;

export function createFirehose(): Record<string, (request: FirehoseRequest) => Answer> {
  return {
    PutRecord: ({ Record }) => ({ body: { RecordId: '1' }, usage: countUsage([Record]) }),
    PutRecordBatch: ({ Records }) => ({
      body: { FailedPutCount: 0, RequestResponses: Records.map(() => ({ RecordId: '1' })) },
      usage: countUsage(Records),
    }),
  };
}

function countUsage(records: { Data: string }[]) {
  const sizes = records.map(({ Data }) => Buffer.byteLength(Data, 'base64'));
  assertAtMost(records.length, PUT_RECORDS);
  assertAtMost(Math.max(...sizes), PUT_RECORD_BYTES);
  const billed = sizes.map((bytes) => Math.ceil(bytes / BILLING_STEP_BYTES) * BILLING_STEP_BYTES);
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
  assertAtMost(sum(sizes), PUT_BYTES);
  return { records: records.length, bytes: sum(sizes), billed_bytes: sum(billed) };
}
