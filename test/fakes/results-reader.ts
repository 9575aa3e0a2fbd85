import type { ResultsQuery, ResultsReader } from '../../api/ports.ts';
import { listedResultSchema, type Result, recordKey } from '../../schemas/index.ts';
import { countStubCall } from '../support/endless-loops.ts';

/**
 * Creates a reader of the results in `rows`. The function `recordKey` builds the keys of `rows`. A
 * listing never spends its time.
 */
export function createFakeReader(rows = new Map<string, Result>()) {
  const results: ResultsReader = {
    get: async (record) => rows.get(recordKey(record)),
    async getMany(records) {
      const keys = records.map(recordKey);
      return new Map([...rows].filter(([key]) => keys.includes(key)));
    },
    async list(query) {
      countStubCall();
      const { after, limit, has_texts = false } = query;
      if (after !== undefined && !/^\d{4}-.*Z#/.test(after)) {
        throw new RangeError('The cursor is not one of this listing');
      }
      const found = [...rows.values()]
        .filter((row) => isListed(row, query))
        .map((row) => ({ row, place: placeOf(row, query) }))
        .filter(({ place }) => after === undefined || place < after)
        .sort((one, other) => (one.place < other.place ? 1 : -1));
      const page = found.slice(0, limit);
      const results = page.map(({ row }) => (has_texts ? row : listedResultSchema.parse(row)));
      return found.length > limit ? { results, next: page.at(-1)!.place } : { results };
    },
  };
  return { results, rows };
}

function placeOf(row: Result, { order }: ResultsQuery): string {
  return `${row[order]}#${row.source}#${row.record_id}`;
}

function isListed(row: Result, query: ResultsQuery): boolean {
  const { tenant, source, status, sentiment, language, order, from, to } = query;
  const time = Date.parse(row[order]);
  const is_left_out = row.status === 'withdrawn' && status === undefined && !query.has_withdrawn;
  return (
    row.tenant === tenant &&
    !is_left_out &&
    (source === undefined || row.source === source) &&
    (status === undefined || row.status === status) &&
    (sentiment === undefined || row.sentiment === sentiment) &&
    (language === undefined || row.language_code === language) &&
    (from === undefined || time >= Date.parse(from)) &&
    (to === undefined || time < Date.parse(to))
  );
}
