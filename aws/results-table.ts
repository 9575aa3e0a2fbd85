import { createHash } from 'node:crypto';
import {
  type AttributeValue,
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import pLimit from 'p-limit';
import type { PutFailure, ResultsTable } from '../processors/stream/ports.ts';
import type { Result } from '../schemas/index.ts';
import { PATIENCE, serviceError } from './clients.ts';
import { fitted } from './fitted.ts';
import { pauseWithJitter } from './pause.ts';

/** Limits of the API: BatchExecuteStatement and BatchGetItem, DynamoDB API reference. */
const STATEMENTS_PER_CALL = 25;
const KEYS_PER_READ = 100;
/** An item holds 400 KB, names and number encoding included; the text is dropped before that. */
const MAX_ITEM_BYTES = 350_000;
const CALLS_AT_A_TIME = 8;
/** How often a throttled row is sent before it counts as failed; the stream waits better. */
const MAX_ROUNDS = 4;

/**
 * Over how many partitions of the index a source is spread: each takes 1,000 writes a second.
 * Readers merge this many queries: a change asks for a new index.
 */
export const SOURCE_SHARDS = 8;

export interface ResultsTableDeps {
  client?: Pick<DynamoDBClient, 'send'>;
  table_name: string;
  ttl_seconds: number;
  /** Epoch milliseconds. */
  now: () => number;
  /** Waits before rows that failed are sent again; `round` counts from 1. */
  pause?: (round: number) => Promise<void>;
}

type Item = Record<string, AttributeValue>;
type Verdict = 'done' | 'exists' | { code: string; retryable: boolean };

/**
 * One row per record, the highest version wins, at 25 rows a request:
 *
 * 1. Insert: 25 PartiQL inserts in one call, each conditional on its own. A new record is done here.
 * 2. A row that exists already is a redelivery, or another version: read its version, 100 rows a call.
 *    What stands there is as new as ours, or newer: done, without a write.
 * 3. What is left replaces an older version, with the condition that it still is older:
 *    - nobody wrote in between: our version stands;
 *    - somebody wrote a higher one in between: the condition fails, theirs stands, and that is right;
 *    - somebody wrote a lower one in between: the condition holds, and ours stands.
 *
 * So any order of any versions, delivered any number of times by any number of consumers, leaves the highest.
 */
export function createResultsTable(deps: ResultsTableDeps): ResultsTable {
  const client = deps.client ?? new DynamoDBClient({ requestHandler: PATIENCE });
  const { table_name, pause = pauseWithJitter } = deps;
  const limit = pLimit(CALLS_AT_A_TIME);

  return {
    async put(results) {
      const expires_at = Math.floor(deps.now() / 1_000) + deps.ttl_seconds;
      const items = results.map((result) => itemOf(result, expires_at));
      const indexes = items.map((_, index) => index);
      const inserted = await inRounds(indexes, (open) => insert(items, open));
      const existing = indexes.filter((index) => inserted.get(index) === 'exists');
      const replaced = await inRounds(existing, (open) => replace(results, items, open));
      return failuresOf(new Map([...inserted, ...replaced]));
    },
  };

  /** Asks again for what failed and may succeed. */
  async function inRounds(
    indexes: number[],
    write: (open: number[]) => Promise<Map<number, Verdict>>,
  ): Promise<Map<number, Verdict>> {
    const verdicts = new Map<number, Verdict>();
    let open = indexes;
    for (let round = 1; open.length > 0; round += 1) {
      for (const [index, verdict] of await write(open)) verdicts.set(index, verdict);
      open = open.filter((index) => isRetryable(verdicts.get(index)!));
      if (round === MAX_ROUNDS) break;
      if (open.length > 0) await pause(round);
    }
    return verdicts;
  }

  async function insert(items: Item[], open: number[]): Promise<Map<number, Verdict>> {
    const calls = pack(open, STATEMENTS_PER_CALL).map((indexes) =>
      limit(async () => {
        const verdicts = await attempt(indexes, async () => {
          const Statements = indexes.map((index) => insertStatement(table_name, items[index]!));
          const { Responses } = await client.send(new BatchExecuteStatementCommand({ Statements }));
          return indexes.map((_, i) => verdictOf(Responses?.[i]?.Error?.Code));
        });
        return indexes.map((index, i) => [index, verdicts[i]!] as const);
      }),
    );
    return new Map((await Promise.all(calls)).flat());
  }

  async function replace(
    results: Result[],
    items: Item[],
    open: number[],
  ): Promise<Map<number, Verdict>> {
    const calls = pack(open, KEYS_PER_READ).map((indexes) =>
      limit(async () => {
        const versions = await storedVersions(indexes.map((index) => items[index]!)).catch(
          (cause: unknown) => serviceError('dynamodb', cause),
        );
        if (versions instanceof Error) {
          return indexes.map(
            (index) => [index, failure(versions.code, versions.retryable)] as const,
          );
        }
        return indexes.map((index) => {
          const stored = versions.get(keyOf(results[index]!));
          const is_newer = stored === undefined || stored < results[index]!.record_version;
          return [index, is_newer ? ('older' as const) : ('done' as const)] as const;
        });
      }),
    );
    const known = (await Promise.all(calls)).flat();
    const writes = known.map(async ([index, state]) => {
      if (state !== 'older') return [index, state] as const;
      const [verdict] = await limit(() => attempt([index], () => putNewer(items[index]!)));
      return [index, verdict!] as const;
    });
    return new Map(await Promise.all(writes));
  }

  /** Versions by key, of the rows that could be read; one left unprocessed is written with its condition. */
  async function storedVersions(items: Item[]): Promise<Map<string, number>> {
    const { Responses } = await client.send(
      new BatchGetItemCommand({
        RequestItems: {
          [table_name]: {
            Keys: items.map(({ record_key }) => ({ record_key: record_key! })),
            ProjectionExpression: 'record_key, record_version',
            ConsistentRead: true,
          },
        },
      }),
    );
    return new Map(
      (Responses?.[table_name] ?? []).map((row) => [
        row.record_key!.S!,
        Number(row.record_version?.N ?? -1),
      ]),
    );
  }

  async function putNewer(item: Item): Promise<Verdict[]> {
    await client.send(
      new PutItemCommand({
        TableName: table_name,
        Item: item,
        ConditionExpression: 'attribute_not_exists(record_key) OR record_version < :version',
        ExpressionAttributeValues: { ':version': item.record_version! },
      }),
    );
    return ['done'];
  }
}

/** A call that failed whole failed for each of its rows. */
async function attempt(indexes: number[], call: () => Promise<Verdict[]>): Promise<Verdict[]> {
  try {
    return await call();
  } catch (cause) {
    // Somebody wrote a version as high or higher in between: that is the row there should be.
    if ((cause as Error).name === 'ConditionalCheckFailedException') {
      return indexes.map(() => 'done' as const);
    }
    const { code, retryable } = serviceError('dynamodb', cause);
    return indexes.map(() => failure(code, retryable));
  }
}

const FINAL_CODES = new Set([
  'ValidationError',
  'AccessDenied',
  'ResourceNotFound',
  'ItemCollectionSizeLimitExceeded',
]);

function verdictOf(code: string | undefined): Verdict {
  if (code === undefined) return 'done';
  return code === 'DuplicateItem' ? 'exists' : failure(code, !FINAL_CODES.has(code));
}

function failure(code: string, retryable: boolean): { code: string; retryable: boolean } {
  return { code, retryable };
}

function isRetryable(verdict: Verdict): boolean {
  return typeof verdict === 'object' && verdict.retryable;
}

function failuresOf(verdicts: Map<number, Verdict>): PutFailure[] {
  return [...verdicts].flatMap(([index, verdict]) =>
    typeof verdict === 'object' ? [{ index, code: verdict.code }] : [],
  );
}

/** The statement follows the item's attributes; their values travel as parameters. */
function insertStatement(table_name: string, item: Item) {
  const names = Object.keys(item);
  const fields = names.map((name) => `'${name}': ?`).join(', ');
  return {
    Statement: `INSERT INTO "${table_name}" VALUE {${fields}}`,
    Parameters: names.map((name) => item[name]!),
  };
}

function itemOf(result: Result, expires_at: number): Item {
  const { tenant, source, record_id, created_at } = result;
  return marshall({
    record_key: keyOf(result),
    source_key: sourceKey(tenant, source, sourceShard(record_id)),
    source_sort: `${created_at}#${record_id}`,
    expires_at,
    ...fitted(result, MAX_ITEM_BYTES),
  });
}

export function keyOf({ tenant, record_id }: Pick<Result, 'tenant' | 'record_id'>): string {
  return `${tenant}#${record_id}`;
}

export function sourceKey(tenant: string, source: string, shard: number): string {
  return `${tenant}#${source}#${shard}`;
}

function sourceShard(record_id: string): number {
  return createHash('sha256').update(record_id).digest()[0]! % SOURCE_SHARDS;
}

function pack<Value>(items: Value[], size: number): Value[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
