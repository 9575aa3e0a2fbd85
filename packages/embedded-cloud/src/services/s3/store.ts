import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDisk } from './disk.ts';
import { S3Error } from './errors.ts';
import { listKeysOnDisk } from './keys.ts';
import { type OpenObject, openFile } from './open-file.ts';
import type { Retention } from './retention.ts';
import { createSerialRunner } from './serial-runner.ts';
import { createSidecars, type ObjectInfo } from './sidecar.ts';
import {
  addVersion,
  createVersionedObjects,
  keepCurrent,
  type VersionedObjects,
} from './versioned-objects.ts';
import { createVersions } from './versions.ts';

/** Content of an object, either as one buffer or as the parts of an upload in order. */
type Bytes = Buffer | AsyncIterable<Buffer>;

/**
 * Stores buckets and objects as files at `<root>/<bucket>/<key>`. An object is replaced atomically.
 * Buckets with an object lock keep all versions.
 */
export interface ObjectStore extends VersionedObjects {
  createBucket(name: string): Promise<void>;
  listBuckets(): Promise<{ name: string; created_at: number }[]>;
  /** Checks that a bucket exists. @throws {S3Error} NoSuchBucket */
  requireBucket(name: string): Promise<void>;
  /**
   * Writes an object.
   *
   * @param condition a function that is called with the existing object. If the function throws,
   * the new object is not written.
   * @param retention retention of the new version, in a bucket with an object lock
   * @returns the id of the version. Undefined if the bucket keeps no versions.
   */
  put(
    bucket: string,
    key: string,
    bytes: Bytes,
    info: Omit<ObjectInfo, 'bytes'>,
    condition?: (existing: ObjectInfo | undefined) => void,
    retention?: Retention,
  ): Promise<string | undefined>;
  readInfo(bucket: string, key: string): Promise<ObjectInfo | undefined>;
  open(bucket: string, key: string): Promise<OpenObject | undefined>;
  /**
   * Removes an object. In a bucket that keeps versions, a delete marker becomes the latest version.
   *
   * @returns the id of the delete marker
   */
  remove(bucket: string, key: string, now: number): Promise<string | undefined>;
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
  const versions = createVersions(root);
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
    ...createVersionedObjects({ disk, sidecars, versions, runSerially, createTemporaryPath }),

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

    async put(bucket, key, bytes, info, condition = () => undefined, retention = undefined) {
      const file = await createTemporaryPath();
      try {
        await writeFile(file, bytes);
        const whole = { ...info, bytes: (await stat(file)).size };
        const sidecar = await createTemporaryPath();
        return await runSerially(bucket, async () => {
          condition(await readInfo(bucket, key));
          const lock = await versions.readLock(bucket);
          if (lock !== undefined) await keepCurrent({ disk, versions }, bucket, key);
          await disk.place(bucket, key, file);
          const placed = (await disk.find(bucket, key))!;
          await sidecars.write(bucket, key, placed, whole, sidecar);
          if (lock === undefined) return undefined;
          return await addVersion(versions, { bucket, key }, createVersion(whole, retention));
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
        return await openFile(file, await sidecars.read(bucket, key, file));
      }),

    remove: (bucket, key, now) =>
      runSerially(bucket, async () => {
        const lock = await versions.readLock(bucket);
        if (lock !== undefined) await keepCurrent({ disk, versions }, bucket, key);
        await disk.remove(bucket, key);
        await sidecars.remove(bucket, key);
        return lock && (await addVersion(versions, { bucket, key }, createMarker(now)));
      }),

    listKeys: (bucket, prefix, after) => listKeysOnDisk(join(root, bucket), prefix, after),
  };
}

function createVersion(info: ObjectInfo, retention: Retention | undefined) {
  const { last_modified } = info;
  const version = { is_delete_marker: false, last_modified, info };
  return retention === undefined ? version : { ...version, retention };
}

function createMarker(last_modified: number) {
  return { is_delete_marker: true, last_modified };
}
