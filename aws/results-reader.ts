import {
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { z } from 'zod';
import { type Result, resultSchema } from '../schemas/index.ts';
import { keyOf, SOURCE_SHARDS, sourceKey } from './results-table.ts';

const KEYS_PER_READ = 100;

export interface ListQuery {
  tenant: string;
  source: string;
  /** ISO 8601 in UTC: created at or after. */
  from?: string;
  /** Created before. */
  to?: string;
  limit: number;
  /** Where the page before ended. */
  cursor?: string;
}

export interface ResultsPage {
  /** Newest first; without texts, which the index does not hold. */
  results: Result[];
  /** Absent on the last page. */
  cursor?: string;
}

/** Look-ups in the results table. */
export interface ResultsReader {
  get(tenant: string, record_id: string): Promise<Result | undefined>;
  /** Those that are there, by tenant and record id joined with `#`. */
  getMany(keys: { tenant: string; record_id: string }[]): Promise<Map<string, Result>>;
  /** @throws {Error} for a cursor that no page gave. */
  list(query: ListQuery): Promise<ResultsPage>;
}

export function createResultsReader(deps: {
  client?: Pick<DynamoDBClient, 'send'>;
  table_name: string;
}): ResultsReader {
  const client = deps.client ?? new DynamoDBClient({});
  const { table_name } = deps;
  return {
    async get(tenant, record_id) {
      const { Item } = await client.send(
        new GetItemCommand({
          TableName: table_name,
          Key: { record_key: { S: keyOf({ tenant, record_id }) } },
        }),
      );
      return Item === undefined ? undefined : resultSchema.parse(unmarshall(Item));
    },
    async getMany(keys) {
      const found = new Map<string, Result>();
      const distinct = [...new Set(keys.map(keyOf))];
      for (let start = 0; start < distinct.length; start += KEYS_PER_READ) {
        const Keys = distinct
          .slice(start, start + KEYS_PER_READ)
          .map((record_key) => ({ record_key: { S: record_key } }));
        const { Responses } = await client.send(
          new BatchGetItemCommand({ RequestItems: { [table_name]: { Keys } } }),
        );
        for (const item of Responses?.[table_name] ?? []) {
          const result = resultSchema.parse(unmarshall(item));
          found.set(keyOf(result), result);
        }
      }
      return found;
    },
    async list(query) {
      const rows = await Promise.all(
        Array.from({ length: SOURCE_SHARDS }, (_, shard) => shardRows(query, shard)),
      );
      const newest_first = rows.flat().sort((a, b) => (a.sort < b.sort ? 1 : -1));
      const page = newest_first.slice(0, query.limit);
      const results = page.map(({ result }) => result);
      const last = page.at(-1);
      return newest_first.length < query.limit || last === undefined
        ? { results }
        : { results, cursor: Buffer.from(JSON.stringify([last.sort])).toString('base64url') };
    },
  };

  /** The next rows of one of the index partitions over which a source is spread. */
  async function shardRows(
    { tenant, source, from = '0', to, limit, cursor }: ListQuery,
    shard: number,
  ): Promise<{ sort: string; result: Result }[]> {
    const end = cursor === undefined ? (to ?? '~') : positionOf(cursor);
    const { Items } = await client.send(
      new QueryCommand({
        TableName: table_name,
        IndexName: 'by_source',
        KeyConditionExpression: 'source_key = :key AND source_sort BETWEEN :from AND :end',
        ExpressionAttributeValues: {
          ':key': { S: sourceKey(tenant, source, shard) },
          ':from': { S: from },
          ':end': { S: end },
        },
        ScanIndexForward: false,
        // One more: the cursor's own row is in the range.
        Limit: limit + 1,
      }),
    );
    return (Items ?? [])
      .filter((item) => item.source_sort!.S! < end)
      .slice(0, limit)
      .map((item) => ({
        sort: item.source_sort!.S!,
        result: resultSchema.parse(unmarshall(item)),
      }));
  }
}

const cursorSchema = z.tuple([z.string().min(1)]);

function positionOf(cursor: string): string {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))[0];
  } catch (cause) {
    throw new Error('The cursor is not one that a page gave', { cause });
  }
}
