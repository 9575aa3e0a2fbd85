import type { FailureReports, Marks } from '../../operations/ports.ts';
import { failureReportSchema, restoredMarkSchema } from '../../schemas/index.ts';
import { type BucketDeps, openBucket } from './bucket.ts';

const REPORTS = 'aws/lambda/';
/** Prefix of the marks. */
export const RESTORED = 'restored/';

/**
 * Creates the reader of failure reports. Lambda writes the reports to the failure destination of
 * the consumer's event source mapping.
 */
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

/**
 * Creates the store of marks. A mark states that the records of a failure report or of a set-aside
 * have been restored. Each mark is in the same bucket as the marked object, so that the mark and
 * the object expire together.
 */
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

/**
 * Counts the batches that Lambda has stopped retrying and that were not put back, by the keys of their
 * reports and marks: a call for each 1,000 keys. The bucket keeps both as long as the setting says.
 *
 * @throws {ServiceError} if a call fails.
 */
export async function countGivenUp(deps: BucketDeps): Promise<number> {
  const bucket = openBucket(deps);
  const restored = new Set<string>();
  for await (const key of bucket.listKeys(`${RESTORED}${REPORTS}`)) restored.add(key);
  let count = 0;
  for await (const key of bucket.listKeys(REPORTS)) if (!restored.has(markKey(key))) count += 1;
  return count;
}

function markKey(key: string): string {
  return `${RESTORED}${key}.json`;
}

/** Returns the key of the object or the id of the set-aside that a mark is about. */
export function parseMarkKey(key: string): string {
  return key.slice(RESTORED.length, -'.json'.length);
}
