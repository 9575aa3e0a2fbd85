import type { RecordLists } from '../../jobs/ports.ts';
import { type ListedRecord, recordListKey } from '../../schemas/index.ts';

/** Creates an in-memory store of record lists. */
export function createFakeRecordLists(pages = new Map<string, ListedRecord[]>()) {
  const record_lists: RecordLists = {
    async put(job, page, records) {
      pages.set(recordListKey(job, page), structuredClone(records));
    },
    async get(job, page) {
      return structuredClone(pages.get(recordListKey(job, page)));
    },
  };
  return { record_lists, pages };
}
