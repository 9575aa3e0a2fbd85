import { isObject, type JsonObject } from '../json-protocol.ts';
import { listOf, type PartialAction } from './partial-action.ts';

/** One entry of a DynamoDB batch, with its table. The entry is a write request or a key. */
interface Entry {
  table: string;
  entry: unknown;
}

interface TableBatch {
  /** Returns the entries in one table's part of `RequestItems`. */
  entries(part: unknown): unknown[];
  /**
   * Returns a copy of one table's part of `RequestItems`. In the copy, `entries` replaces the
   * entries of the part.
   */
  withEntries(part: unknown, entries: unknown[]): unknown;
  /**
   * Name of the field that lists the unprocessed entries in the answer. The value of the field has
   * the same structure as `RequestItems`.
   */
  unprocessed: string;
  nothing: JsonObject;
}

/**
 * Describes a batch action of DynamoDB. The request groups its entries by table. The answer returns
 * failed entries as a new request, which the caller can send.
 */
function tableBatch({ entries, withEntries, unprocessed, nothing }: TableBatch): PartialAction {
  const tables = (input: JsonObject) => (isObject(input.RequestItems) ? input.RequestItems : {});
  const all = (input: JsonObject): Entry[] =>
    Object.entries(tables(input)).flatMap(([table, part]) =>
      entries(part).map((entry) => ({ table, entry })),
    );
  const only = (input: JsonObject, positions: number[]): JsonObject => {
    const every = all(input);
    const wanted = new Set(positions);
    const chosen = new Map<string, unknown[]>();
    for (const { table, entry } of every.filter((_, position) => wanted.has(position))) {
      chosen.set(table, [...(chosen.get(table) ?? []), entry]);
    }
    const parts = [...chosen].map(([table, list]) => [
      table,
      withEntries(tables(input)[table], list),
    ]);
    return Object.fromEntries(parts);
  };
  const merge = (left: JsonObject, right: JsonObject): JsonObject => {
    const joined = { ...left };
    for (const [table, part] of Object.entries(right)) {
      const before = joined[table];
      joined[table] =
        before === undefined ? part : withEntries(part, [...entries(before), ...entries(part)]);
    }
    return joined;
  };
  return {
    code: '',
    message: '',
    size: (input) => all(input).length,
    keep: (input, kept) => ({ ...input, RequestItems: only(input, kept) }),
    nothing,
    merge(output, { rejected }, _failure, input) {
      const left = isObject(output[unprocessed]) ? output[unprocessed] : {};
      return { ...output, [unprocessed]: merge(left, only(input, rejected)) };
    },
  };
}

export const BATCH_TABLES: Record<string, PartialAction> = {
  'dynamodb:BatchWriteItem': tableBatch({
    entries: listOf,
    withEntries: (_part, entries) => entries,
    unprocessed: 'UnprocessedItems',
    nothing: { UnprocessedItems: {} },
  }),
  'dynamodb:BatchGetItem': tableBatch({
    entries: (part) => (isObject(part) ? listOf(part.Keys) : []),
    withEntries: (part, Keys) => ({ ...(isObject(part) ? part : {}), Keys }),
    unprocessed: 'UnprocessedKeys',
    nothing: { Responses: {}, UnprocessedKeys: {} },
  }),
};
