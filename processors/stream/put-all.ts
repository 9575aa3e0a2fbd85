import { ServiceError } from '../../schemas/index.ts';
import type { PutFailure } from './ports.ts';

/** Puts entries in a store; one that throws fails all of them. An error that is no service's is a bug and goes on. */
export async function putAll<Entry>(
  store: { put(entries: Entry[]): Promise<PutFailure[]> },
  entries: Entry[],
): Promise<PutFailure[]> {
  if (entries.length === 0) return [];
  try {
    return await store.put(entries);
  } catch (cause) {
    if (!(cause instanceof ServiceError)) throw cause;
    const { code, retryable, throttled } = cause;
    return entries.map((_, index) => ({ index, code, retryable, throttled }));
  }
}
