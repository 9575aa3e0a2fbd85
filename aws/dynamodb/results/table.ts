import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import pLimit from 'p-limit';
import { createPause } from '../../../lib/backoff.ts';
import type { ResultsTable } from '../../../processors/stream/ports.ts';
import { type Result, recordKey, ServiceError } from '../../../schemas/index.ts';
import { PATIENCE, quiet } from '../../clients.ts';
import { fitted } from '../fitted.ts';
import { type Pause, packed, sendAll } from '../resend.ts';
import { called, insert, type Rejected, type TableContext, type Writing } from './insert.ts';
import { readRows } from './read.ts';
import { type Row, rowOf } from './row.ts';

/** An item holds 400 KB, names and keys included, and is never longer than its JSON. */
const MAX_ROW_BYTES = 350_000;
const CALLS_AT_A_TIME = 16;

export interface ResultsTableDeps {
  client?: Pick<DynamoDBClient, 'send'>;
  table_name: string;
  ttl_seconds: number;
  /** Epoch milliseconds. */
  now: () => number;
  pause?: Pause;
}

/**
 * Results in a DynamoDB table with the partition key `record_key`: one row per record, the highest version of all that
 * were ever put, under any order of arrival, redelivery and concurrency.
 *
 * Every write has a condition on what is there, and the fewest calls that DynamoDB allows for that:
 *
 *     1 INSERT, 25 to a call      no row yet             → written. The common case ends here.
 *                                 DuplicateItem          → a redelivery, or another version: go on
 *     2 BatchGetItem, 100 to a call: only keys and versions
 *                                 version ≥ ours         → done: it is there, or a newer one is
 *                                 version < ours, expired, or gone meanwhile → go on
 *     3 PutItem if no_row or older_row or expired_row
 *                                 written                → done
 *                                 the condition failed   → done: between 2 and 3 somebody wrote ours or a newer one
 *
 * 1 and 3 are atomic, so two consumers may be anywhere between them: versions only ever rise. What 2 reads may be
 * stale, since it only saves step 3 for rows that need none. docs/decisions.md has what was rejected.
 */
export function createResultsTable(deps: ResultsTableDeps): ResultsTable {
  const { ttl_seconds, now } = deps;
  const context = {
    client: deps.client ?? quiet(new DynamoDBClient({ requestHandler: PATIENCE })),
    table_name: deps.table_name,
    limit: pLimit(CALLS_AT_A_TIME),
    pause: deps.pause ?? createPause(),
  };
  return {
    async put(results) {
      const now_seconds = Math.floor(now() / 1_000);
      const expires_at = now_seconds + ttl_seconds;
      const writings = results.map((result, index): Writing => {
        return { index, result: fitted(result, MAX_ROW_BYTES), expires_at };
      });
      const { existing, failed } = await insert(context, writings);
      const { lower, unread } = await compare(context, existing, now_seconds);
      const unreplaced = await replace(context, lower, now_seconds);
      return [...failed, ...unread, ...unreplaced].map(([{ index }, why]) => ({ index, ...why }));
    },
  };
}

/** Those whose row has a lower version, has expired, or is gone. */
async function compare(
  context: TableContext,
  existing: Writing[],
  now_seconds: number,
): Promise<{ lower: Writing[]; unread: Rejected }> {
  const { rows, unread } = await readRows(context, existing.map(keyOf), {
    ProjectionExpression: 'record_key, record_version, analysis_run, expires_at',
  });
  const lower: Writing[] = [];
  const failed: Rejected = new Map();
  for (const writing of existing) {
    const there = rows.get(keyOf(writing));
    const why = unread.get(keyOf(writing));
    if (why !== undefined) failed.set(writing, why);
    else if (
      there === undefined ||
      isOlder(there, writing.result) ||
      number(there, 'expires_at') < now_seconds
    ) {
      lower.push(writing);
    }
  }
  return { lower, unread: failed };
}

function keyOf({ result }: Writing): string {
  return recordKey(result);
}

function number(row: Row, name: string): number {
  return Number(row[name]?.N ?? 0);
}

function isOlder(there: Row, { record_version, analysis_run = 0 }: Result): boolean {
  const version = number(there, 'record_version');
  const is_same = version === record_version;
  return version < record_version || (is_same && number(there, 'analysis_run') < analysis_run);
}

const NO_ROW = 'attribute_not_exists(record_key)';
const OLDER_ROW = 'record_version < :version';
/** Of a replay: what is analysed anew replaces the same version. */
const OLDER_RUN =
  '(record_version = :version AND (attribute_not_exists(analysis_run) OR analysis_run < :run))';
/** DynamoDB deletes what has expired within days: such a row must not keep a replayed record out, and then go. */
const EXPIRED_ROW = 'expires_at < :now';

function replace(
  context: TableContext,
  writings: Writing[],
  now_seconds: number,
): Promise<Rejected> {
  return sendAll(writings, {
    ...context,
    pack: packed(1),
    async send([writing]) {
      const { result, expires_at } = writing!;
      const row = rowOf(result, expires_at);
      const run = row.analysis_run;
      const replaceable = [
        NO_ROW,
        OLDER_ROW,
        EXPIRED_ROW,
        ...(run === undefined ? [] : [OLDER_RUN]),
      ];
      const command = new PutItemCommand({
        TableName: context.table_name,
        Item: row,
        ConditionExpression: replaceable.join(' OR '),
        ExpressionAttributeValues: {
          ':version': row.record_version!,
          ':now': { N: String(now_seconds) },
          ...(run === undefined ? {} : { ':run': run }),
        },
      });
      try {
        await called(() => context.client.send(command));
      } catch (error) {
        if (!isNewerThere(error)) throw error;
      }
      return [undefined];
    },
  });
}

function isNewerThere(error: unknown): boolean {
  return error instanceof ServiceError && error.code === 'ConditionalCheckFailedException';
}
