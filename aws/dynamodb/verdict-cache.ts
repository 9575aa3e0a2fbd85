import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import pLimit from 'p-limit';
import * as z from 'zod';
import { createPause } from '../../lib/backoff.ts';
import type { CacheRead, VerdictCache } from '../../processors/analysis/ports.ts';
import { ServiceError, verdictSchema } from '../../schemas/index.ts';
import { PATIENCE, quiet, serviceError } from '../clients.ts';
import { attributeOf } from './attribute.ts';

/** Limits of the API: BatchGetItem and BatchWriteItem, DynamoDB API reference. */
const KEYS_PER_READ = 100;
const ITEMS_PER_WRITE = 25;
const CALLS_AT_A_TIME = 16;
/** How often what DynamoDB left unprocessed is sent before it counts as failed. */
const MAX_ROUNDS = 5;

/** `schema_version` says how to read `verdict`: rows of another version are misses. */
const rowSchema = z.object({
  fingerprint: z.string(),
  verdict: verdictSchema,
  schema_version: z.literal(1),
  expires_at: z.number().describe('Epoch seconds. TTL deletes late, so readers look.'),
});
type Row = z.infer<typeof rowSchema>;

export interface VerdictCacheDeps {
  client?: Pick<DynamoDBClient, 'send'>;
  /** Of one call, the first included; absent: the SDK's default. */
  max_attempts?: number;
  table_name: string;
  ttl_seconds: number;
  /** Epoch milliseconds. */
  now: () => number;
  /** Waits before what was left unprocessed is sent again; `round` counts from 1. */
  pause?: (round: number) => Promise<void>;
}

/** Verdicts in a DynamoDB table with the partition key `fingerprint` and TTL on `expires_at`. */
export function createVerdictCache(deps: VerdictCacheDeps): VerdictCache {
  const client = deps.client ?? dynamodbClient(deps.max_attempts);
  const context = { ...deps, client, pause: deps.pause ?? createPause() };
  const limit = pLimit(CALLS_AT_A_TIME);
  return {
    async get(fingerprints) {
      const read: CacheRead = { found: new Map(), unreadable: 0 };
      const calls = pack([...new Set(fingerprints)], KEYS_PER_READ);
      const errors = await Promise.all(
        calls.map((keys) => limit(() => failed(() => readRows(context, keys, read)))),
      );
      const error = errors.find((candidate) => candidate !== undefined);
      return error === undefined ? read : { ...read, error };
    },
    async put(verdicts) {
      const expires_at = Math.floor(deps.now() / 1_000) + deps.ttl_seconds;
      const rows = [...verdicts].map(
        ([fingerprint, verdict]): Row => ({ fingerprint, verdict, schema_version: 1, expires_at }),
      );
      const errors = await Promise.all(
        pack(rows, ITEMS_PER_WRITE).map((part) =>
          limit(() => failed(() => writeRows(context, part))),
        ),
      );
      const error = errors.find((candidate) => candidate !== undefined);
      if (error !== undefined) throw error;
    },
  };
}

type Item = Record<string, AttributeValue>;

interface Context {
  client: Pick<DynamoDBClient, 'send'>;
  table_name: string;
  now: () => number;
  pause: (round: number) => Promise<void>;
}

function dynamodbClient(max_attempts: number | undefined): DynamoDBClient {
  return quiet(
    new DynamoDBClient({
      requestHandler: PATIENCE,
      ...(max_attempts === undefined ? {} : { maxAttempts: max_attempts }),
    }),
  );
}

/** Adds to `read` as it goes, so that what was found before a failure stays found. */
async function readRows(context: Context, fingerprints: string[], read: CacheRead): Promise<void> {
  const { client, table_name } = context;
  const keys: Item[] = fingerprints.map((fingerprint) => ({ fingerprint: { S: fingerprint } }));
  await inRounds(context, 'UnprocessedKeys', keys, async (Keys) => {
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetItemCommand({ RequestItems: { [table_name]: { Keys } } }),
    );
    for (const item of Responses?.[table_name] ?? []) {
      const row = rowSchema.safeParse(unmarshall(item));
      if (!row.success) read.unreadable += 1;
      else if (row.data.expires_at * 1_000 > context.now()) {
        read.found.set(row.data.fingerprint, row.data.verdict);
      }
    }
    return UnprocessedKeys?.[table_name]?.Keys ?? [];
  });
}

async function writeRows(context: Context, rows: Row[]): Promise<void> {
  const { client, table_name } = context;
  const puts = rows.map((row) => ({ PutRequest: { Item: attributeOf(row).M! } }));
  await inRounds(context, 'UnprocessedItems', puts, async (requests) => {
    const { UnprocessedItems } = await client.send(
      new BatchWriteItemCommand({ RequestItems: { [table_name]: requests } }),
    );
    return (UnprocessedItems?.[table_name] ?? []) as typeof puts;
  });
}

/** Sends, and sends what came back unprocessed again. @throws {ServiceError} */
async function inRounds<Part>(
  context: Context,
  code: string,
  parts: Part[],
  send: (parts: Part[]) => Promise<Part[]>,
): Promise<void> {
  let left = parts;
  for (let round = 1; ; round += 1) {
    left = await send(left).catch((cause: unknown) => {
      throw serviceError('dynamodb', cause);
    });
    if (left.length === 0) return;
    if (round === MAX_ROUNDS) {
      throw new ServiceError('dynamodb', code, { retryable: true, throttled: true });
    }
    await context.pause(round);
  }
}

async function failed(work: () => Promise<void>): Promise<ServiceError | undefined> {
  try {
    await work();
    return undefined;
  } catch (cause) {
    if (cause instanceof ServiceError) return cause;
    throw cause;
  }
}

function pack<Item>(items: Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
