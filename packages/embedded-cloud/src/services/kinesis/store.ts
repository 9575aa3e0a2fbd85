import { createDecipheriv } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { Readable } from 'node:stream';
import {
  type LevelEmulator,
  type LevelStore,
  openLevelEmulator,
  useEmbeddedAccount,
} from '../../gateway/level-emulator.ts';

const require = createRequire(import.meta.url);

/** A record in kinesalite's store. The key of the record is `{shard}/{sequence number}`. */
export interface StoredRecord {
  PartitionKey: string;
  /** Data of the record, in base64. */
  Data: string;
  /** Arrival time of the record, in epoch seconds. */
  ApproximateArrivalTimestamp: number;
}

export interface StoredShard {
  ShardId: string;
  SequenceNumberRange: { StartingSequenceNumber: string; EndingSequenceNumber?: string };
}

export interface StoredStream {
  StreamName: string;
  RetentionPeriodHours: number;
  Shards: StoredShard[];
}

type Done<Value = void> = (error: Error | null, value: Value) => void;

/** A key space of LevelDB whose values are JSON. */
export interface KeySpace<Value> {
  get(key: string, done: Done<Value>): void;
  put(key: string, value: Value, done: Done): void;
  del(key: string, done: Done): void;
  batch(operations: { type: 'del'; key: string }[], done: Done): void;
  createReadStream(range: { gte: string; lt: string }): Readable;
}

export interface KinesisStore extends LevelStore {
  db: LevelStore['db'] & NodeJS.EventEmitter;
  metaDb: { awsAccountId: string; awsRegion: string };
  getStream(name: string, done: Done<StoredStream>): void;
  getStreamDb(name: string): KeySpace<StoredRecord>;
}

/** Functions and keys of kinesalite for sequence numbers and shard iterators. */
interface SequenceCode {
  ITERATOR_PWD_KEY: Buffer;
  ITERATOR_PWD_IV: Buffer;
  createShardIterator(stream: string, shard_id: string, sequence_number: string): string;
  incrementSequence(sequence_number: string): string;
  shardIxToHex(index: number): string;
}

export const sequences = require('kinesalite/db') as SequenceCode;

/** A position in a shard. A shard iterator of kinesalite contains the encrypted position. */
export interface ShardPosition {
  /** Time at which the iterator was created, in epoch milliseconds. */
  issued_at: number;
  stream: string;
  shard_id: string;
  shard_index: number;
  /** Sequence number from which records are read. */
  sequence_number: string;
}

/** Decrypts a shard iterator. @returns undefined if this emulator did not create the iterator */
export function readIterator(iterator: unknown): ShardPosition | undefined {
  if (typeof iterator !== 'string') return undefined;
  try {
    const { ITERATOR_PWD_KEY, ITERATOR_PWD_IV } = sequences;
    const decipher = createDecipheriv('aes-256-cbc', ITERATOR_PWD_KEY, ITERATOR_PWD_IV);
    // The first eight bytes are a version number, which is not encrypted.
    const secret = Buffer.from(iterator, 'base64').subarray(8);
    const plain = Buffer.concat([decipher.update(secret), decipher.final()]).toString();
    const [time, stream, shard_id, sequence_number] = plain.split('/');
    const shard_index = Number(/^shardId-(\d{12})$/.exec(shard_id ?? '')?.[1] ?? Number.NaN);
    if (!stream || !shard_id || !sequence_number || Number.isNaN(shard_index)) return undefined;
    return { issued_at: Number(time), stream, shard_id, shard_index, sequence_number };
  } catch {
    return undefined;
  }
}

const OPERATIONS = [
  'AddTagsToStream',
  'CreateStream',
  'DecreaseStreamRetentionPeriod',
  'DeleteStream',
  'DescribeStream',
  'DescribeStreamSummary',
  'GetShardIterator',
  'IncreaseStreamRetentionPeriod',
  'ListShards',
  'ListStreams',
  'ListTagsForStream',
  'MergeShards',
  'PutRecord',
  'PutRecords',
  'RemoveTagsFromStream',
  'SplitShard',
];

/**
 * Maximum number of shards. The limit is high enough for every test. kinesalite's default limit of
 * 10 shards is too low for tests.
 */
const SHARD_LIMIT = 10_000;

/** Opens kinesalite's store. @throws {Error} if another process uses the folder */
export function openKinesisStore(path: string | undefined): Promise<LevelEmulator<KinesisStore>> {
  return openLevelEmulator<KinesisStore>(
    {
      package: 'kinesalite',
      operations: OPERATIONS,
      path,
      options: {
        createStreamMs: 1,
        deleteStreamMs: 1,
        updateStreamMs: 1,
        shardLimit: SHARD_LIMIT,
      },
    },
    async (store) => {
      useEmbeddedAccount(store.metaDb);
      await once(store.db, 'open');
    },
  );
}

/** Reads the value of a key. @returns undefined if the key does not exist */
export function readKey<Value>(space: KeySpace<Value>, key: string): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    space.get(key, (error, value) => {
      if (error === null || error === undefined) resolve(value);
      else if (error.name === 'NotFoundError') resolve(undefined);
      else reject(error);
    });
  });
}
