import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Ledger, LedgerEntry } from '../../../ingest/connectors/ports.ts';
import { chunk } from '../../../lib/chunk.ts';
import { ledgerEntrySchema } from '../../../schemas/ledger-entry.ts';
import { firstError } from '../../send-batches.ts';
import { type Item, itemOf } from '../attribute.ts';
import { getItems, putItems } from '../batches.ts';
import { callConditionally, openTable, queryItems, type Table, type TableDeps } from '../table.ts';

export interface LedgerDeps extends TableDeps {
  connector: string;
  /** Time for which an entry is kept after its text was first published, in seconds. */
  kept_seconds: number;
}

const ENTRY = 'entry';
const HOUR_MS = 3_600_000;
const ENTRIES_PER_READ = 100;

/** A ledger's table, and the key prefix of its connector. */
interface LedgerTable extends Table {
  connector: string;
  kept_seconds: number;
}

/**
 * Opens the ledger of a connector in the table of connectors. A record has one item with its entry,
 * and one that points to it for its author and for the hour of its first publication. The pointers are
 * written first, so that each entry has them.
 */
export function openLedger({ connector, kept_seconds, ...deps }: LedgerDeps): Ledger {
  const table = { ...openTable(deps), connector, kept_seconds };
  return {
    async note(entries) {
      await putPointers(table, entries);
      await Promise.all(entries.map((entry) => table.limit(() => putEntry(table, entry))));
    },
    find: (ids) => findEntries(table, ids),
    listByAuthor: (author) => listPointed(table, authorPart(table, author)),
    async *listFirstPublished(from, to) {
      for (let hour = Math.floor(from / HOUR_MS); hour * HOUR_MS < to; hour += 1) {
        const entries: LedgerEntry[] = [];
        for await (const entry of listPointed(table, hourPart(table, hour))) {
          const { first_at, is_withdrawn } = entry;
          if (!is_withdrawn && first_at >= from && first_at < to) entries.push(entry);
        }
        yield* entries.sort((a, b) => a.first_at - b.first_at);
      }
    },
  };
}

const entryPart = ({ connector }: LedgerTable, record_id: string) =>
  `${connector}/record/${record_id}`;
const authorPart = ({ connector }: LedgerTable, author: string) => `${connector}/author/${author}`;
const hourPart = ({ connector }: LedgerTable, hour: number) => `${connector}/hour/${hour}`;

/** @throws {ServiceError} if DynamoDB does not take a pointer. */
async function putPointers(table: LedgerTable, entries: readonly LedgerEntry[]): Promise<void> {
  const pointers = new Map<string, Item>();
  for (const entry of entries) {
    const { record_id, author, first_at } = entry;
    const hour = Math.floor(first_at / HOUR_MS);
    const parts = [
      hourPart(table, hour),
      ...(author === undefined ? [] : [authorPart(table, author)]),
    ];
    for (const part of parts) {
      const pointer = itemOf({ part, item: record_id, expires_at: expiryOf(table, entry) });
      pointers.set(`${part} ${record_id}`, pointer);
    }
  }
  const rejected = await putItems(
    table,
    [...pointers.values()],
    ({ part, item }) => `${part?.S} ${item?.S}`,
  );
  const error = firstError('dynamodb', rejected);
  if (error !== undefined) throw error;
}

/** Writes an entry, unless the ledger has one with a higher version. */
async function putEntry(table: LedgerTable, entry: LedgerEntry): Promise<void> {
  const { author, version, text_hash, is_withdrawn, event_at, missed_at, first_at } = entry;
  const set = { author, version, text_hash, is_withdrawn, event_at, missed_at };
  const present = Object.entries(set).filter(([, value]) => value !== undefined);
  const absent = Object.keys(set).filter((name) => !present.some(([given]) => given === name));
  const once = ['first_at', 'expires_at'].map(
    (name) => `${name} = if_not_exists(${name}, :${name})`,
  );
  const assignments = [
    ...present.map(([name]) => `${name} = :${name}`),
    'record_id = :id',
    ...once,
  ];
  const command = new UpdateItemCommand({
    TableName: table.table_name,
    Key: marshall({ part: entryPart(table, entry.record_id), item: ENTRY }),
    UpdateExpression: `SET ${assignments.join(', ')}${absent.length === 0 ? '' : ` REMOVE ${absent.join(', ')}`}`,
    ConditionExpression: 'attribute_not_exists(part) OR version <= :version',
    ExpressionAttributeValues: marshall({
      ...Object.fromEntries(present.map(([name, value]) => [`:${name}`, value])),
      ...{ ':id': entry.record_id, ':first_at': first_at, ':expires_at': expiryOf(table, entry) },
    }),
  });
  void (await callConditionally(() => table.client.send(command)));
}

/** @throws {ServiceError} if an item cannot be read: an unknown entry is not an absent one. */
async function findEntries(table: LedgerTable, ids: readonly string[]): Promise<LedgerEntry[]> {
  if (ids.length === 0) return [];
  const parts = [...new Set(ids)].map((id) => entryPart(table, id));
  const { items, unread } = await getItems(table, parts, {
    ...{ key_name: 'part', sort_key: marshall({ item: ENTRY }), ConsistentRead: true },
  });
  const error = firstError('dynamodb', unread);
  if (error !== undefined) throw error;
  return items.map((item) => ledgerEntrySchema.parse(unmarshall(item)));
}

async function* listPointed(table: LedgerTable, part: string): AsyncGenerator<LedgerEntry> {
  const ids: string[] = [];
  const query = {
    KeyConditionExpression: 'part = :part',
    ExpressionAttributeValues: marshall({ ':part': part }),
    ConsistentRead: true,
  };
  for await (const { item } of queryItems(table, query)) ids.push(item?.S ?? '');
  for (const some of chunk(ids, ENTRIES_PER_READ)) yield* await findEntries(table, some);
}

function expiryOf({ kept_seconds }: LedgerTable, { first_at }: LedgerEntry): number {
  return Math.floor(first_at / 1_000) + kept_seconds;
}
