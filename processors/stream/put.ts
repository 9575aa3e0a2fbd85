import { ServiceError } from '../../schemas/index.ts';
import { callBefore, type Deadline } from '../deadline.ts';
import type { PutFailure } from './ports.ts';

/** The stored entries of a put, and the failed entries with their error codes. */
export interface PutOutcome<Entry> {
  kept: Entry[];
  failed: { entry: Entry; code: string }[];
}

/**
 * Puts entries in a store before the deadline. If the store throws a ServiceError, all entries
 * fail. Any other error is a bug and is rethrown.
 */
export async function putBefore<Entry>(
  deadline: Deadline,
  name: string,
  store: { put(entries: Entry[]): Promise<PutFailure[]> },
  entries: Entry[],
): Promise<PutOutcome<Entry>> {
  if (entries.length === 0) return { kept: [], failed: [] };
  try {
    const failures = await callBefore(deadline, name, () => store.put(entries));
    return partition(entries, failures);
  } catch (cause) {
    if (!(cause instanceof ServiceError)) throw cause;
    return { kept: [], failed: entries.map((entry) => ({ entry, code: cause.code })) };
  }
}

function partition<Entry>(entries: Entry[], failures: PutFailure[]): PutOutcome<Entry> {
  const code_at = new Map(failures.map(({ index, code }) => [index, code]));
  const outcome: PutOutcome<Entry> = { kept: [], failed: [] };
  for (const [index, entry] of entries.entries()) {
    const code = code_at.get(index);
    if (code === undefined) outcome.kept.push(entry);
    else outcome.failed.push({ entry, code });
  }
  return outcome;
}
