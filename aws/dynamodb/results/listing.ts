import { QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { ResultsPage, ResultsQuery } from '../../../api/ports.ts';
import { type ListedResult, listedResultSchema } from '../../../schemas/index.ts';
import type { Item } from '../attribute.ts';
import { callDynamoDb, type Table } from '../table.ts';
import { SOURCE_SHARDS, sourceKey } from './row.ts';

/** These keys sort before and after every `source_sort`, because a `source_sort` begins with a digit. */
const EARLIEST = '!';
const LATEST = '~';

/**
 * Lists a source, newest first: merges the index partitions over which it is spread. Each partition is read in pages
 * of about its share of the result, and again only when the merge has used its page up.
 */
export function createResultsListing(table: Table): (query: ResultsQuery) => Promise<ResultsPage> {
  return async (query) => {
    const before = query.cursor === undefined ? undefined : readCursor(query.cursor);
    const partitions = Array.from({ length: SOURCE_SHARDS }, (_, shard) =>
      openPartition(table, partitionQuery(table.table_name, query, { shard, before }), before),
    );
    const rows: Item[] = [];
    for (;;) {
      await Promise.all(partitions.map((partition) => partition.fill()));
      const newest = newestOf(partitions);
      if (newest === undefined) return { results: rows.map(listedResultOf) };
      // There is one more row, so there is a next page.
      if (rows.length === query.limit) break;
      rows.push(...newest.rows.splice(0, 1));
    }
    return { results: rows.map(listedResultOf), cursor: cursorAfter(rows.at(-1)) };
  };
}

/** @throws {z.ZodError} when the row is not a listed result. */
function listedResultOf(row: Item): ListedResult {
  return listedResultSchema.parse(unmarshall(row));
}

interface Partition {
  /** Rows that were read and are not yet merged, newest first. */
  rows: Item[];
  /** Reads the next page when `rows` is empty. */
  fill(): Promise<void>;
}

function openPartition(
  { client, limit }: Table,
  query: QueryCommandInput,
  before: string | undefined,
): Partition {
  let next: Item | undefined;
  let has_ended = false;
  const partition: Partition = {
    rows: [],
    async fill() {
      while (partition.rows.length === 0 && !has_ended) {
        const command = new QueryCommand({ ...query, ExclusiveStartKey: next });
        const { Items = [], LastEvaluatedKey } = await limit(() =>
          callDynamoDb(() => client.send(command)),
        );
        // BETWEEN includes the last row of the earlier page.
        partition.rows = Items.filter((row) => sortOf(row) !== before);
        next = LastEvaluatedKey;
        has_ended = next === undefined;
      }
    },
  };
  return partition;
}

function partitionQuery(
  table_name: string,
  { tenant, source, from, to, limit }: ResultsQuery,
  { shard, before }: { shard: number; before: string | undefined },
): QueryCommandInput {
  const share = Math.ceil(limit / SOURCE_SHARDS);
  return {
    TableName: table_name,
    IndexName: 'by_source',
    KeyConditionExpression: 'source_key = :source AND source_sort BETWEEN :from AND :to',
    ExpressionAttributeValues: {
      ':source': { S: sourceKey(tenant, source, shard) },
      // Keys are the time, `#` and an id, so keys with exactly the time `from` or `to` sort after these bounds.
      ':from': { S: from === undefined ? EARLIEST : utcTime(from) },
      ':to': { S: before ?? (to === undefined ? LATEST : utcTime(to)) },
    },
    ScanIndexForward: false,
    // Read 1.5 times the average share, because partitions differ in size.
    Limit: Math.ceil(share * 1.5) + 1,
  };
}

/** The partition whose first row is the newest; undefined when all are empty. */
function newestOf(partitions: Partition[]): Partition | undefined {
  const [first, ...others] = partitions.filter(({ rows }) => rows.length > 0);
  if (first === undefined) return undefined;
  return others.reduce(
    (best, partition) => (sortOf(partition.rows[0]) > sortOf(best.rows[0]) ? partition : best),
    first,
  );
}

function sortOf(row: Item | undefined): string {
  return row?.source_sort?.S ?? '';
}

function utcTime(time: string): string {
  return new Date(time).toISOString();
}

function cursorAfter(row: Item | undefined): string {
  return Buffer.from(sortOf(row)).toString('base64url');
}

/** @throws {RangeError} */
function readCursor(cursor: string): string {
  const before = Buffer.from(cursor, 'base64url').toString();
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z#[A-Za-z0-9._:-]+$/.test(before)) {
    throw new RangeError('The cursor is not one of this listing');
  }
  return before;
}
