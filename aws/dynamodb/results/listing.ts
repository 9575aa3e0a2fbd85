import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type ListedResult, listedResultSchema } from '../../../schemas/index.ts';
import { called, type TableContext } from './insert.ts';
import { type Row, SOURCE_SHARDS, sourceKey } from './row.ts';

export interface ResultsQuery {
  tenant: string;
  source: string;
  /** ISO 8601: created then or later. */
  from?: string;
  /** ISO 8601: created before. */
  to?: string;
  limit: number;
  /** Where an earlier page of the same query ended. */
  cursor?: string;
}

export interface ResultsPage {
  results: ListedResult[];
  /** Where the next page begins; absent: this was the last. */
  cursor?: string;
}

/** Beyond every time, below and above: `source_sort` begins with a digit. */
const EARLIEST = '!';
const LATEST = '~';

/**
 * Lists a source, newest first: a merge of the index partitions over which it is spread. Each is read in pages of about
 * its share, and again only where the merge has used its page up.
 */
export function createResultsListing(
  context: TableContext,
): (query: ResultsQuery) => Promise<ResultsPage> {
  return async (query) => {
    const before = query.cursor === undefined ? undefined : openCursor(query.cursor);
    const partitions = Array.from({ length: SOURCE_SHARDS }, (_, shard) =>
      createPartition(context, query, { shard, before }),
    );
    const rows: Row[] = [];
    for (;;) {
      await Promise.all(partitions.map((partition) => partition.fill()));
      const newest = newestOf(partitions);
      if (newest === undefined) return { results: rows.map(listedResultOf) };
      // One more is there.
      if (rows.length === query.limit) break;
      rows.push(newest.rows.shift()!);
    }
    return { results: rows.map(listedResultOf), cursor: cursorAfter(rows.at(-1)!) };
  };
}

/** @throws {z.ZodError} if the row is not a listed result. */
function listedResultOf(row: Row): ListedResult {
  return listedResultSchema.parse(unmarshall(row));
}

interface Partition {
  /** Read and not yet taken, newest first. */
  rows: Row[];
  /** Reads on where `rows` is empty. */
  fill(): Promise<void>;
}

function createPartition(
  context: TableContext,
  query: ResultsQuery,
  { shard, before }: { shard: number; before: string | undefined },
): Partition {
  const share = Math.ceil(query.limit / SOURCE_SHARDS);
  const command = {
    TableName: context.table_name,
    IndexName: 'by_source',
    KeyConditionExpression: 'source_key = :source AND source_sort BETWEEN :from AND :to',
    ExpressionAttributeValues: {
      ':source': { S: sourceKey(query.tenant, query.source, shard) },
      // Times end in `#` and an id here, so those of `from` itself are above it, and those of `to` too.
      ':from': { S: query.from === undefined ? EARLIEST : utc(query.from) },
      ':to': { S: before ?? (query.to === undefined ? LATEST : utc(query.to)) },
    },
    ScanIndexForward: false,
    // A half more than the share: partitions are not quite equal.
    Limit: Math.ceil(share * 1.5) + 1,
  };
  let next: Row | undefined;
  let has_ended = false;
  const partition: Partition = {
    rows: [],
    async fill() {
      while (partition.rows.length === 0 && !has_ended) {
        const { Items = [], LastEvaluatedKey } = await context.limit(() =>
          called(() =>
            context.client.send(new QueryCommand({ ...command, ExclusiveStartKey: next })),
          ),
        );
        // BETWEEN includes the row that the earlier page ended with.
        partition.rows = Items.filter((row) => sortOf(row) !== before);
        next = LastEvaluatedKey;
        has_ended = next === undefined;
      }
    },
  };
  return partition;
}

function newestOf(partitions: Partition[]): Partition | undefined {
  const filled = partitions.filter(({ rows }) => rows.length > 0);
  return filled.reduce<Partition | undefined>(
    (best, partition) =>
      best === undefined || sortOf(partition.rows[0]!) > sortOf(best.rows[0]!) ? partition : best,
    undefined,
  );
}

function sortOf(row: Row): string {
  return row.source_sort!.S!;
}

function utc(time: string): string {
  return new Date(time).toISOString();
}

function cursorAfter(row: Row): string {
  return Buffer.from(sortOf(row)).toString('base64url');
}

/** @throws {RangeError} */
function openCursor(cursor: string): string {
  const before = Buffer.from(cursor, 'base64url').toString();
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z#[A-Za-z0-9._:-]+$/.test(before)) {
    throw new RangeError('The cursor is not one of this listing');
  }
  return before;
}
