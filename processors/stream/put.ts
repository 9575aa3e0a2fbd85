import { ServiceError } from '../../schemas/index.ts';
import { callBefore, type Deadline } from '../deadline.ts';
import type { PutFailure } from './ports.ts';

/** The entries that the store kept, and the entries that it did not keep. */
export interface PutOutcome<Entry> {
  kept: Entry[];
  failed: { entry: Entry; code: string }[];
}

/**
 * Puts entries in a store before the deadline. A store that throws a ServiceError fails all entries; any other error is
 * a bug and is rethrown.
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
