import type { ResultsReader } from '../../api/ports.ts';
import { type Result, recordKey } from '../../schemas/index.ts';
import { countStubCall } from '../support/endless-loops.ts';

/**
 * Creates a reader of the results in `rows`. The function `recordKey` builds the keys of `rows`. A
 * listing returns the results in the order of the map.
 */
export function createFakeReader(rows = new Map<string, Result>()) {
  const results: ResultsReader = {
    get: async (record) => rows.get(recordKey(record)),
    async getMany(records) {
      const keys = records.map(recordKey);
      return new Map([...rows].filter(([key]) => keys.includes(key)));
    },
    async list({ tenant, source, limit, cursor = '0' }) {
      countStubCall();
      if (!/^\d+$/.test(cursor)) throw new RangeError('The cursor is not one of this listing');
      const all = [...rows.values()].filter(
        (row) => row.tenant === tenant && row.source === source,
      );
      const end = Number(cursor) + limit;
      const page = { results: all.slice(Number(cursor), end) };
      return end < all.length ? { ...page, cursor: String(end) } : page;
    },
  };
  return { results, rows };
}
