import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDisk } from './disk.ts';
import { S3Error } from './errors.ts';
import { listKeysOnDisk } from './keys.ts';
import { createSerialRunner } from './serial-runner.ts';
import { createSidecars, type ObjectInfo } from './sidecar.ts';

/** Content of an object, either as one buffer or as the parts of an upload in order. */
type Bytes = Buffer | AsyncIterable<Buffer>;

interface OpenObject {
  info: ObjectInfo;
  read(start: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

/**
 * Stores buckets and objects as files at `<root>/<bucket>/<key>`. An object is replaced atomically.
 */
export interface ObjectStore {
  createBucket(name: string): Promise<void>;
  listBuckets(): Promise<{ name: string; created_at: number }[]>;
  /** Checks that a bucket exists. @throws {S3Error} NoSuchBucket */
  requireBucket(name: string): Promise<void>;
  /**
   * Writes an object.
   *
   * @param condition a function that is called with the existing object. If the function throws,
   * the new object is not written.
   */
  put(
    bucket: string,
    key: string,
    bytes: Bytes,
    info: Omit<ObjectInfo, 'bytes'>,
    condition?: (existing: ObjectInfo | undefined) => void,
  ): Promise<void>;
  readInfo(bucket: string, key: string): Promise<ObjectInfo | undefined>;
  open(bucket: string, key: string): Promise<OpenObject | undefined>;
  remove(bucket: string, key: string): Promise<void>;
  /**
   * Lists the keys that start with `prefix` and sort after `after`. The keys are sorted by their
   * UTF-8 bytes.
   */
  listKeys(bucket: string, prefix: string, after: string): Promise<string[]>;
}

/**
 * Pattern of a valid bucket name.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
const BUCKET_NAME = /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export function createObjectStore(root: string): ObjectStore {
  const disk = createDisk(root);
  const sidecars = createSidecars(root);
  const runSerially = createSerialRunner();
  const createTemporaryPath = async () => {
    await mkdir(join(root, '.tmp'), { recursive: true });
    return join(root, '.tmp', randomUUID());
  };
  const readInfo = async (bucket: string, key: string) => {
    const file = await disk.find(bucket, key);
    return file === undefined ? undefined : await sidecars.read(bucket, key, file);
  };

  return {
    async createBucket(name) {
      if (!BUCKET_NAME.test(name)) throw new S3Error('InvalidBucketName');
      await mkdir(join(root, name), { recursive: true });
    },

    async listBuckets() {
      await mkdir(root, { recursive: true });
      const names = (await readdir(root)).filter((name) => BUCKET_NAME.test(name)).sort();
      return Promise.all(
        names.map(async (name) => ({
          name,
          created_at: (await stat(join(root, name))).birthtimeMs,
        })),
      );
    },

    async requireBucket(name) {
      const found = BUCKET_NAME.test(name) && (await stat(join(root, name)).catch(() => undefined));
      if (!found) throw new S3Error('NoSuchBucket');
    },

    async put(bucket, key, bytes, info, condition = () => undefined) {
      const file = await createTemporaryPath();
      try {
        await writeFile(file, bytes);
        const whole = { ...info, bytes: (await stat(file)).size };
        const sidecar = await createTemporaryPath();
        await runSerially(bucket, async () => {
          condition(await readInfo(bucket, key));
          await disk.place(bucket, key, file);
          const placed = (await disk.find(bucket, key))!;
          await sidecars.write(bucket, key, placed, whole, sidecar);
        });
      } finally {
        await rm(file, { force: true });
      }
    },

    readInfo: (bucket, key) => runSerially(bucket, () => readInfo(bucket, key)),

    open: (bucket, key) =>
      runSerially(bucket, async () => {
        const file = await disk.find(bucket, key);
        if (file === undefined) return undefined;
        const handle = await open(file);
        // If the object's file is replaced while the handle is open, the handle still reads the old
        // bytes.
        const close = () => handle.close();
        const info = await sidecars.read(bucket, key, file);
        const read: OpenObject['read'] = (start, length) => readFully(handle, start, length);
        return { info, read, close };
      }),

    remove: (bucket, key) =>
      runSerially(bucket, async () => {
        await disk.remove(bucket, key);
        await sidecars.remove(bucket, key);
      }),

    listKeys: (bucket, prefix, after) => listKeysOnDisk(join(root, bucket), prefix, after),
  };
}

/**
 * Reads exactly `length` bytes from a file. The function reads in a loop, because a single read may
 * return fewer bytes than requested.
 *
 * @throws {S3Error} InternalError if the file ends before `length` bytes are read
 */
async function readFully(handle: FileHandle, start: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await handle.read(bytes, at, length - at, start + at);
    if (bytesRead === 0) throw new S3Error('InternalError');
    at += bytesRead;
  }
  return bytes;
}
