import {
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import pLimit from 'p-limit';
import type { PutFailure, SetAsides } from '../processors/stream/ports.ts';
import { type SetAside, setAsideSchema } from '../schemas/index.ts';
import { PATIENCE, serviceError } from './clients.ts';

const PREFIX = 'set-asides/';
const OBJECTS_AT_A_TIME = 16;

export interface SetAsideReader {
  /** In the order of their shards and of their places on them. */
  list(): AsyncIterable<SetAside>;
  get(set_aside_id: string): Promise<SetAside | undefined>;
}

interface Deps {
  client?: S3Client;
  bucket_name: string;
}

/** Set-asides as one object each; its key is its place on the stream, so a redelivery writes the same again. */
export function createSetAsideBucket(deps: Deps): SetAsides {
  const client = deps.client ?? new S3Client({ requestHandler: PATIENCE });
  const limit = pLimit(OBJECTS_AT_A_TIME);
  return {
    async put(set_asides) {
      const failures = set_asides.map((set_aside, index) =>
        limit(async (): Promise<PutFailure[]> => {
          try {
            await client.send(
              new PutObjectCommand({
                Bucket: deps.bucket_name,
                Key: keyOf(set_aside.set_aside_id),
                Body: JSON.stringify(set_aside),
                ContentType: 'application/json',
              }),
            );
            return [];
          } catch (cause) {
            return [{ index, code: serviceError('s3', cause).code }];
          }
        }),
      );
      return (await Promise.all(failures)).flat();
    },
  };
}

export function createSetAsideReader(deps: Deps): SetAsideReader {
  const client = deps.client ?? new S3Client({});
  const { bucket_name } = deps;
  return {
    async *list() {
      const pages = paginateListObjectsV2({ client }, { Bucket: bucket_name, Prefix: PREFIX });
      for await (const { Contents = [] } of pages) {
        for (const { Key } of Contents) {
          const set_aside = await read(Key!);
          if (set_aside !== undefined) yield set_aside;
        }
      }
    },
    get: (set_aside_id) => read(keyOf(set_aside_id)),
  };

  async function read(key: string): Promise<SetAside | undefined> {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket_name, Key: key }));
      return setAsideSchema.parse(JSON.parse(await Body!.transformToString()));
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }
}

/** `shardId-0:4959…:3` as `set-asides/shardId-0/4959…-3.json`: a shard's set-asides list in its order. */
function keyOf(set_aside_id: string): string {
  const [shard_id, ...place] = set_aside_id.split(':');
  return `${PREFIX}${shard_id}/${place.join('-')}.json`;
}
