import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDisk } from './disk.ts';
import { S3Error } from './errors.ts';
import { keysOnDisk } from './keys.ts';
import { createSidecars, type ObjectInfo } from './sidecar.ts';
import { createTurns } from './turns.ts';

/** Bytes to store: in memory, or the parts of an upload one after the other. */
export type Bytes = Buffer | AsyncIterable<Buffer>;

export interface OpenObject {
  info: ObjectInfo;
  read(start: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** Buckets and objects as files: `<root>/<bucket>/<key>`, each replaced whole or not at all. */
export interface ObjectStore {
  createBucket(name: string): Promise<void>;
  buckets(): Promise<{ name: string; created_at: number }[]>;
  /** @throws {S3Error} NoSuchBucket */
  bucketExists(name: string): Promise<void>;
  /** @param condition sees what is there now and may throw: then nothing is written */
  put(
    bucket: string,
    key: string,
    bytes: Bytes,
    info: Omit<ObjectInfo, 'bytes'>,
    condition?: (existing: ObjectInfo | undefined) => void,
  ): Promise<void>;
  info(bucket: string, key: string): Promise<ObjectInfo | undefined>;
  open(bucket: string, key: string): Promise<OpenObject | undefined>;
  remove(bucket: string, key: string): Promise<void>;
  /** Keys with the prefix that come after `after`, in the order of their UTF-8 bytes. */
  keys(bucket: string, prefix: string, after: string): Promise<string[]>;
}

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET_NAME = /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export function createObjectStore(root: string): ObjectStore {
  const disk = createDisk(root);
  const sidecars = createSidecars(root);
  const inTurn = createTurns();
  const temporary = async () => {
    await mkdir(join(root, '.tmp'), { recursive: true });
    return join(root, '.tmp', randomUUID());
  };
  const infoNow = async (bucket: string, key: string) => {
    const file = await disk.find(bucket, key);
    return file === undefined ? undefined : await sidecars.read(bucket, key, file);
  };

  return {
    async createBucket(name) {
      if (!BUCKET_NAME.test(name)) throw new S3Error('InvalidBucketName');
      await mkdir(join(root, name), { recursive: true });
    },

    async buckets() {
      await mkdir(root, { recursive: true });
      const names = (await readdir(root)).filter((name) => BUCKET_NAME.test(name)).sort();
      return Promise.all(
        names.map(async (name) => ({
          name,
          created_at: (await stat(join(root, name))).birthtimeMs,
        })),
      );
    },

    async bucketExists(name) {
      const found = BUCKET_NAME.test(name) && (await stat(join(root, name)).catch(() => undefined));
      if (!found) throw new S3Error('NoSuchBucket');
    },

    async put(bucket, key, bytes, info, condition = () => undefined) {
      const file = await temporary();
      try {
        await writeFile(file, bytes);
        const whole = { ...info, bytes: (await stat(file)).size };
        const sidecar = await temporary();
        await inTurn(bucket, async () => {
          condition(await infoNow(bucket, key));
          await disk.place(bucket, key, file);
          const placed = (await disk.find(bucket, key))!;
          await sidecars.write(bucket, key, placed, whole, sidecar);
        });
      } finally {
        await rm(file, { force: true });
      }
    },

    info: (bucket, key) => inTurn(bucket, () => infoNow(bucket, key)),

    open: (bucket, key) =>
      inTurn(bucket, async () => {
        const file = await disk.find(bucket, key);
        if (file === undefined) return undefined;
        const handle = await open(file);
        // The handle keeps these bytes, whatever replaces them while they are read.
        const close = () => handle.close();
        const info = await sidecars.read(bucket, key, file);
        const read: OpenObject['read'] = (start, length) => readFully(handle, start, length);
        return { info, read, close };
      }),

    remove: (bucket, key) =>
      inTurn(bucket, async () => {
        await disk.remove(bucket, key);
        await sidecars.remove(bucket, key);
      }),

    keys: (bucket, prefix, after) => keysOnDisk(join(root, bucket), prefix, after),
  };
}

/** A read may give fewer bytes than asked for. @throws {S3Error} InternalError where the file ends too soon */
async function readFully(handle: FileHandle, start: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await handle.read(bytes, at, length - at, start + at);
    if (bytesRead === 0) throw new S3Error('InternalError');
    at += bytesRead;
  }
  return bytes;
}
