import type { QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { ResultsQuery } from '../../../api/ports.ts';
import { itemOf } from '../attribute.ts';

/**
 * `EARLIEST` sorts before every sort key and `LATEST` sorts after every sort key, because a sort
 * key begins with a digit.
 */
const EARLIEST = '!';
export const LATEST = '~';

/** The index of each order, and its sort key. */
export const INDEXES = {
  created_at: { IndexName: 'by_created', sort: 'created_sort' },
  arrived_at: { IndexName: 'by_arrival', sort: 'arrival_sort' },
} as const;

/**
 * Builds the query of one partition of an index, without its limit. Rows that have expired are left out.
 *
 * @param now the current time, in epoch milliseconds.
 */
export function buildQuery(
  query: ResultsQuery,
  listing_key: string,
  now: number,
): QueryCommandInput {
  const { IndexName, sort } = INDEXES[query.order];
  const { from, to } = boundsOf(query);
  const filters = buildFilters(query);
  return {
    TableName: undefined,
    IndexName,
    KeyConditionExpression: `listing_key = :key AND ${sort} BETWEEN :from AND :to`,
    ExpressionAttributeValues: itemOf({
      ':key': listing_key,
      ':from': from,
      ':to': to,
      ...filters.values,
      ':now': Math.floor(now / 1_000),
    }),
    FilterExpression: [...filters.conditions, '#expires_at > :now'].join(' AND '),
    ExpressionAttributeNames: { ...filters.names, '#expires_at': 'expires_at' },
    ScanIndexForward: false,
  };
}

/** Returns true if no sort key can be within the query. DynamoDB refuses such a query. */
export function isEmptyRange(query: ResultsQuery): boolean {
  const { from, to } = boundsOf(query);
  return from > to;
}

/**
 * Returns the bounds of the sort keys. A key consists of a time, `#` and ids, so a key sorts after a
 * bound with the same time. Therefore the listing includes results of the time `from` and excludes
 * results of the time `to`.
 */
function boundsOf({ from, to, after }: ResultsQuery): { from: string; to: string } {
  const latest = to === undefined ? LATEST : utcTime(to);
  return {
    from: from === undefined ? EARLIEST : utcTime(from),
    // The caller may have made up the position.
    to: after === undefined || after > latest ? latest : after,
  };
}

/** Returns true if the query may leave out many rows of its times and its partitions. */
export function narrows(query: ResultsQuery): boolean {
  return buildFilters(query).conditions.length > 0;
}

function buildFilters(query: ResultsQuery) {
  const { source, status, sentiment, language, has_withdrawn = false } = query;
  const equal = { source, status, sentiment, language_code: language };
  const given = Object.entries(equal).filter(([, value]) => value !== undefined);
  const conditions = given.map(([name]) => `#${name} = :${name}`);
  const names = Object.fromEntries(given.map(([name]) => [`#${name}`, name]));
  const values = Object.fromEntries(given.map(([name, value]) => [`:${name}`, value]));
  if (status !== undefined || has_withdrawn) return { conditions, names, values };
  return {
    conditions: [...conditions, '#status <> :withdrawn'],
    names: { ...names, '#status': 'status' },
    values: { ...values, ':withdrawn': 'withdrawn' },
  };
}

function utcTime(time: string): string {
  return new Date(time).toISOString();
}
