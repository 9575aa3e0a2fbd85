import { divideHashes } from '../../stream-log/hash-range.ts';
import type { Operation } from '../../stream-log/key-value.ts';
import { openStreamLog, type StreamLog } from '../../stream-log/stream-log.ts';
import type { DynamoDbEmulator, TableDescription } from '../store.ts';
import { type Change, createEntry } from './change.ts';
import { tableStreamNumbering } from './numbering.ts';
import { type LoggedStream, nameStream, type TableStream } from './table-stream.ts';

/**
 * Age at which records are deleted.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
 */
const RETENTION_MS = 24 * 3_600_000;

export interface TableStreamOptions {
  now: () => number;
  /** Number of shards of a new stream. */
  shards: number;
  /** Age at which an open shard is closed and replaced by a child, in milliseconds. */
  shard_life_ms: number;
  /** Returns the label of a new stream. If the result is undefined, the label is the time. */
  labelOf?: ((table: string) => string | undefined) | undefined;
}

/** The streams of the tables. */
export interface TableStreams {
  log: StreamLog<TableStream>;
  /** Returns the enabled stream of a table. */
  enabledOf(table: string): LoggedStream | undefined;
  /** Returns the newest stream of a table, which may be disabled. */
  latestOf(table: string): LoggedStream | undefined;
  enable(table: TableDescription, view_type: TableStream['view_type']): Promise<void>;
  /** Disables the stream of a table, and closes its shards. */
  disable(table: string): Promise<void>;
  /**
   * Writes a change of a table with an enabled stream, together with the operations that change the
   * item. All are written or, after a failure, none.
   */
  writeChange(stream: LoggedStream, change: Change, operations: Operation[]): Promise<void>;
  /**
   * Closes all open shards, and opens `children` shards for each of them.
   * @param table the table, or undefined for all tables
   * @returns the number of closed shards
   */
  replaceShards(children: number, table?: string): Promise<number>;
  /** Deletes what is older than 24 hours. */
  trim(): Promise<void>;
}

/** Opens the streams in the store of the tables. */
export async function openTableStreams(
  { store }: DynamoDbEmulator,
  options: TableStreamOptions,
): Promise<TableStreams> {
  const { now } = options;
  const log = await openStreamLog<TableStream>({
    store: store.db,
    numbering: tableStreamNumbering,
    now,
  });
  const streamsOf = (table: string) =>
    log.streams().filter(({ details }) => details.table === table);
  const latestOf = (table: string) =>
    streamsOf(table).reduce<LoggedStream | undefined>(
      (newest, stream) =>
        newest === undefined || stream.created_at >= newest.created_at ? stream : newest,
      undefined,
    );
  const enabledOf = (table: string) =>
    log
      .streams()
      .find(({ details }) => details.table === table && details.disabled_at === undefined);

  const openShardsOf = (stream_id: string): string[] =>
    (log.find(stream_id)?.shards ?? [])
      .filter(({ closed }) => closed === undefined)
      .map(({ shard_id }) => shard_id);

  return {
    log,
    enabledOf,
    latestOf,
    async enable({ TableName, KeySchema }, view_type) {
      const wanted = options.labelOf?.(TableName);
      const label =
        wanted !== undefined && log.find(nameStream(TableName, wanted)) === undefined
          ? wanted
          : findFreeLabel(log, TableName, now());
      const id = nameStream(TableName, label);
      const details = { table: TableName, label, view_type, key_schema: KeySchema };
      const ranges = divideHashes(options.shards);
      void (await log.create({ id, retention_ms: RETENTION_MS, details }, ranges));
    },
    async disable(table) {
      const stream = enabledOf(table);
      if (stream === undefined) return;
      await log.update(stream.id, { details: { ...stream.details, disabled_at: now() } });
      // A shard may have been replaced by a child in the meantime.
      for (let open = openShardsOf(stream.id); open.length > 0; open = openShardsOf(stream.id)) {
        void (await log.replaceShards(stream.id, open, []));
      }
    },
    async writeChange(stream, change, operations) {
      await rollShards(log, stream, now() - options.shard_life_ms);
      // The stream may have been disabled in the meantime.
      const enabled = enabledOf(stream.details.table);
      const entry = enabled && createEntry(enabled.details, change);
      if (enabled === undefined || entry === undefined) return store.db.batch(operations);
      void (await log.append(enabled.id, [entry], operations));
    },
    replaceShards: (children, table) => replaceShards(log, children, table),
    async trim() {
      await log.trim();
      for (const { id, details } of log.streams()) {
        const { disabled_at = Number.POSITIVE_INFINITY } = details;
        if (disabled_at < now() - RETENTION_MS) await log.delete(id);
      }
    },
  };
}

/** Replaces the open shards of the enabled streams by children. @returns the number of shards */
async function replaceShards(
  log: StreamLog<TableStream>,
  children: number,
  table: string | undefined,
): Promise<number> {
  let replaced = 0;
  for (const { id, details, shards } of log.streams()) {
    if (details.disabled_at !== undefined) continue;
    if (table !== undefined && details.table !== table) continue;
    for (const { shard_id, hashes, closed } of shards) {
      if (closed !== undefined) continue;
      const ranges = divideHashes(children, hashes);
      if (await log.replaceShards(id, [shard_id], ranges)) replaced += 1;
    }
  }
  return replaced;
}

/** Replaces each shard that was opened before a time by a child with the same hashes. */
async function rollShards(
  log: StreamLog<TableStream>,
  { id, shards }: LoggedStream,
  opened_before: number,
): Promise<void> {
  for (const { shard_id, hashes, closed, created_at } of shards) {
    if (closed !== undefined || created_at > opened_before) continue;
    void (await log.replaceShards(id, [shard_id], [hashes]));
  }
}

function findFreeLabel(log: StreamLog<TableStream>, table: string, now: number): string {
  for (let time = now; ; time += 1) {
    const label = new Date(time).toISOString().slice(0, -1);
    if (log.find(nameStream(table, label)) === undefined) return label;
  }
}
