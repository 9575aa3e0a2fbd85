import type { FailureReports, Marks } from '../../operations/ports.ts';
import { failureReportSchema, restoredMarkSchema } from '../../schemas/index.ts';
import { type BucketDeps, openBucket } from './bucket.ts';

const REPORTS = 'aws/lambda/';
const MARKS = 'restored/';

/** The failure destination of the consumer's event source mapping. */
export function createFailureReports(deps: BucketDeps): FailureReports {
  const bucket = openBucket(deps);
  return {
    keys: () => bucket.listKeys(REPORTS),
    async read(key) {
      const text = await bucket.getText(key);
      return text === undefined ? undefined : failureReportSchema.parse(JSON.parse(text));
    },
  };
}

/** Keeps each mark in the bucket of the object that it marks: both expire together. */
export function createMarks(deps: BucketDeps): Marks {
  const bucket = openBucket(deps);
  return {
    async get(key) {
      const text = await bucket.getText(markKey(key));
      return text === undefined ? undefined : restoredMarkSchema.parse(JSON.parse(text));
    },
    put: (key, mark) => bucket.put(markKey(key), JSON.stringify(mark), 'application/json'),
  };
}

function markKey(key: string): string {
  return `${MARKS}${key}.json`;
}
