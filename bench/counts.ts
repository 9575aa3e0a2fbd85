import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Item, itemOf } from '../aws/dynamodb/attribute.ts';
import { putItems } from '../aws/dynamodb/batches.ts';
import { openTable } from '../aws/dynamodb/table.ts';
import { bucketStart, type Interval } from '../insight/counts/buckets.ts';
import { nameRow } from '../insight/counts/names.ts';
import { createRandom, type Random } from '../test/support/random.ts';
import type { BenchCloud } from './cloud.ts';

const HOUR_MS = 3_600_000;
const SOURCES = ['app_reviews', 'mail', 'shop', 'social'];
const LANGUAGES = ['de', 'en', 'es'];
const OUTCOMES = ['pos', 'neg', 'neu', 'mix'];
/** A shard of the stream lives about four hours, so that one or two have written to an hour. */
const SHARDS = ['shardId-00000001573689847184-864758bb', 'shardId-00000001573689847185-864758bc'];

/**
 * Writes hours and days of counts into the table, as four sources in three languages leave them
 * behind.
 *
 * @returns the number of rows.
 */
export async function fillCounts(
  { config, stack }: BenchCloud,
  { days, until }: { days: number; until: number },
): Promise<number> {
  const client = new DynamoDBClient(config);
  const table = openTable({ client, table_name: stack.CountsTableName });
  const random = createRandom(1);
  const rows = new Map<string, Item>();
  for (let at = until - days * 24 * HOUR_MS; at < until; at += HOUR_MS) {
    for (const source of SOURCES) {
      for (const [interval, shard] of [
        ...SHARDS.map((name): [Interval, string] => ['hour', name]),
        ['day', SHARDS[0]] as [Interval, string],
      ]) {
        const start_ms = bucketStart(at, interval);
        const place = { family: { time: 'created_at', interval } as const, tenant: 'default' };
        const { partition, bucket } = nameRow({ ...place, start_ms }, source, shard);
        const measures = drawMeasures(random);
        const state = { partition, bucket, seq: '1'.padStart(40, '0'), changed_at: at };
        rows.set(bucket, itemOf({ ...state, ...measures }));
      }
    }
  }
  const failed = await putItems(table, [...rows.values()], ({ bucket }) => bucket?.S);
  client.destroy();
  if (failed.size > 0) throw new Error(`${failed.size} rows of the counts could not be written`);
  return rows.size;
}

function drawMeasures(random: Random): Record<string, number> {
  const outcomes = LANGUAGES.flatMap((language) =>
    OUTCOMES.map((outcome) => [`n.${language}.${outcome}`, 1 + random.int(500)] as const),
  );
  const others = ['cache.miss', 'cache.batch', 'cache.memory', 'cache.table', 'units.billed'];
  const scores = ['positive', 'negative', 'neutral', 'mixed'].map((name) => `score.${name}`);
  return Object.fromEntries([
    ...outcomes,
    ...[...others, 'units.avoided', 'analyzer.comprehend@1'].map(
      (name) => [name, 1 + random.int(2_000)] as const,
    ),
    ...scores.map((name) => [name, random.int(500_000_000)] as const),
  ]);
}
