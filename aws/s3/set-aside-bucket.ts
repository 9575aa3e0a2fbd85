import {
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import pLimit from 'p-limit';
import { createPause } from '../../lib/backoff.ts';
import type { SetAsides } from '../../processors/stream/ports.ts';
import {
  ServiceError,
  type SetAside,
  type StreamPosition,
  setAsideSchema,
} from '../../schemas/index.ts';
import { PATIENCE, quiet, serviceError } from '../clients.ts';
import { packed, sendAll } from '../dynamodb/resend.ts';

const PREFIX = 'set-asides/';
const CALLS_AT_A_TIME = 8;
/** Keys of one prefix sort as their places on the stream do. */
const SUB_SEQUENCE_DIGITS = 6;

export interface SetAsideBucketDeps {
  client?: Pick<S3Client, 'send'>;
  bucket_name: string;
}

/** An object per bad record. Its key is the record's place on the stream, so a redelivery writes the same again. */
export function createSetAsideBucket(deps: SetAsideBucketDeps): SetAsides {
  const client = deps.client ?? quiet(new S3Client({ requestHandler: PATIENCE }));
  const limit = pLimit(CALLS_AT_A_TIME);
  return {
    async put(set_asides) {
      const entries = set_asides.map((set_aside, index) => ({ set_aside, index }));
      const rejected = await sendAll(entries, {
        limit,
        pause: createPause(),
        pack: packed(1),
        async send([entry]) {
          await putObject(client, deps.bucket_name, entry!.set_aside);
          return [undefined];
        },
      });
      return [...rejected].map(([{ index }, why]) => ({ index, ...why }));
    },
  };
}

async function putObject(
  client: Pick<S3Client, 'send'>,
  Bucket: string,
  set_aside: SetAside,
): Promise<void> {
  const object = {
    Bucket,
    Key: keyOf(set_aside),
    Body: JSON.stringify(set_aside),
    ContentType: 'application/json',
  };
  await client.send(new PutObjectCommand(object)).catch(rethrow);
}

/** Look-ups in the set-asides. Each may throw a {@link ServiceError}. */
export interface SetAsideReader {
  /** In the order of the stream, shard by shard. @param options.limit how many at most. */
  list(options?: { limit?: number }): AsyncIterable<SetAside>;
  get(set_aside_id: string): Promise<SetAside | undefined>;
}

export function createSetAsideReader(deps: SetAsideBucketDeps): SetAsideReader {
  const client = deps.client ?? quiet(new S3Client({ requestHandler: PATIENCE }));
  const { bucket_name } = deps;
  return {
    async *list({ limit = Number.POSITIVE_INFINITY } = {}) {
      let left = limit;
      for await (const keys of keyPages(client, bucket_name)) {
        for (const some of packed(CALLS_AT_A_TIME)(keys.slice(0, left))) {
          const found = await Promise.all(some.map((key) => read(client, bucket_name, key)));
          yield* found.filter((set_aside) => set_aside !== undefined);
          left -= some.length;
        }
        if (left <= 0) return;
      }
    },
    async get(set_aside_id) {
      const position = positionOf(set_aside_id);
      return position && read(client, bucket_name, keyOf(position));
    },
  };
}

/** `set-asides/shardId-000000000000/4959….json`, of a sub-record `…/4959…-000003.json`. */
function keyOf({ shard_id, sequence_number, sub_sequence_number }: StreamPosition): string {
  const sub =
    sub_sequence_number === undefined
      ? ''
      : `-${String(sub_sequence_number).padStart(SUB_SEQUENCE_DIGITS, '0')}`;
  return `${PREFIX}${shard_id}/${sequence_number}${sub}.json`;
}

/** The place in a `set_aside_id`, which is its derived record id. */
function positionOf(set_aside_id: string): StreamPosition | undefined {
  const match = /^([A-Za-z0-9_.-]+):(\d+)(?::(\d+))?$/.exec(set_aside_id);
  if (match === null) return undefined;
  const [, shard_id, sequence_number, sub] = match;
  return {
    shard_id: shard_id!,
    sequence_number: sequence_number!,
    ...(sub === undefined ? {} : { sub_sequence_number: Number(sub) }),
  };
}

async function* keyPages(client: Pick<S3Client, 'send'>, Bucket: string): AsyncIterable<string[]> {
  let ContinuationToken: string | undefined;
  do {
    const page: ListObjectsV2CommandOutput = await client
      .send(new ListObjectsV2Command({ Bucket, Prefix: PREFIX, ContinuationToken }))
      .catch(rethrow);
    yield (page.Contents ?? []).map(({ Key }) => Key!);
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
}

/** @throws {z.ZodError} where the object is no set-aside. */
async function read(
  client: Pick<S3Client, 'send'>,
  Bucket: string,
  Key: string,
): Promise<SetAside | undefined> {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key })).catch(rethrow);
    return setAsideSchema.parse(JSON.parse(await Body!.transformToString()));
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'NoSuchKey') return undefined;
    throw error;
  }
}

function rethrow(cause: unknown): never {
  throw serviceError('s3', cause);
}
