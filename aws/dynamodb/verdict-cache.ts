import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { CacheRead, VerdictCache } from '../../processors/analysis/ports.ts';
import { verdictSchema } from '../../schemas/index.ts';
import { firstError } from '../send-batches.ts';
import { type Item, itemOf } from './attribute.ts';
import { getItems, putItems } from './batches.ts';
import { openTable, type TableDeps } from './table.ts';

const KEY_NAME = 'fingerprint';

/**
 * Schema of a row. `schema_version` is the version of the format of `verdict`. If a row has another
 * version, the cache treats the row as a miss.
 */
const rowSchema = z.object({
  fingerprint: z.string(),
  verdict: verdictSchema,
  schema_version: z.literal(1),
  expires_at: z.number().describe('Epoch seconds. TTL deletes late, so readers check it.'),
});
type Row = z.infer<typeof rowSchema>;

export interface VerdictCacheDeps extends TableDeps {
  ttl_seconds: number;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/**
 * Creates the cache of verdicts in a DynamoDB table with the partition key `fingerprint` and with
 * TTL on the attribute `expires_at`.
 */
export function createVerdictCache(deps: VerdictCacheDeps): VerdictCache {
  const table = openTable(deps);
  return {
    async get(fingerprints) {
      const { items, unread } = await getItems(table, [...new Set(fingerprints)], {
        key_name: KEY_NAME,
      });
      const error = firstError('dynamodb', unread);
      const read = readRows(items, deps.now());
      return error === undefined ? read : { ...read, error };
    },
    async put(verdicts) {
      const expires_at = Math.floor(deps.now() / 1_000) + deps.ttl_seconds;
      const items = [...verdicts].map(([fingerprint, verdict]) => {
        const row: Row = { fingerprint, verdict, schema_version: 1, expires_at };
        return itemOf(row);
      });
      const error = firstError(
        'dynamodb',
        await putItems(table, items, (item) => item[KEY_NAME]?.S),
      );
      if (error !== undefined) throw error;
    },
  };
}

function readRows(items: Item[], now: number): CacheRead {
  const read: CacheRead = { found: new Map(), unreadable: 0 };
  for (const item of items) {
    const row = rowSchema.safeParse(unmarshall(item));
    if (!row.success) read.unreadable += 1;
    else if (row.data.expires_at * 1_000 > now) {
      read.found.set(row.data.fingerprint, row.data.verdict);
    }
  }
  return read;
}
