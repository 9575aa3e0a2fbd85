import { QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { ResultsPage, ResultsQuery } from '../../../api/ports.ts';
import { type ListedResult, listedResultSchema } from '../../../schemas/index.ts';
import type { Item } from '../attribute.ts';
import { callDynamoDb, type Table } from '../table.ts';
import { SOURCE_SHARDS, sourceKey } from './row.ts';

/**
 * `EARLIEST` sorts before every `source_sort` and `LATEST` sorts after every `source_sort`, because
 * a `source_sort` begins with a digit.
 */
const EARLIEST = '!';
const LATEST = '~';

/**
 * Creates the function that lists the results of a source, newest first. The rows of a source are
 * spread over several partitions of the index, and the function merges the rows of these
 * partitions. Each partition is read in pages. A page has about 1.5 times as many rows as an
 * average partition contributes to the listing. The next page of a partition is read only after the
 * merge has used all rows of the previous page.
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
      // At least one more row exists, so there is a next page.
      if (rows.length === query.limit) break;
      rows.push(...newest.rows.splice(0, 1));
    }
    return { results: rows.map(listedResultOf), cursor: cursorAfter(rows.at(-1)) };
  };
}

/**
 * Converts a row to a listed result.
 *
 * @throws {z.ZodError} if the row is not a listed result.
 */
function listedResultOf(row: Item): ListedResult {
  return listedResultSchema.parse(unmarshall(row));
}

interface Partition {
  /** Rows that were read and are not yet merged, newest first. */
  rows: Item[];
  /** Reads the next page of the partition if `rows` is empty. */
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
        // Leave out the row of the cursor. BETWEEN includes this row, but the previous page of the
        // listing already contained the row.
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
      // A key consists of a time, `#` and an id, so a key sorts after a bound with the same time.
      // Therefore the listing includes results of the time `from` and excludes results of the time
      // `to`.
      ':from': { S: from === undefined ? EARLIEST : utcTime(from) },
      ':to': { S: before ?? (to === undefined ? LATEST : utcTime(to)) },
    },
    ScanIndexForward: false,
    // Partitions differ in size. Therefore read 1.5 times as many rows as an average partition
    // contributes.
    Limit: Math.ceil(share * 1.5) + 1,
  };
}

/**
 * Returns the partition whose first row is the newest. Returns undefined if all partitions are
 * empty.
 */
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

/**
 * Returns the sort key that a cursor contains.
 *
 * @throws {RangeError} if the cursor does not have the format of this listing.
 */
function readCursor(cursor: string): string {
  const before = Buffer.from(cursor, 'base64url').toString();
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z#[A-Za-z0-9._:-]+$/.test(before)) {
    throw new RangeError('The cursor is not one of this listing');
  }
  return before;
}
