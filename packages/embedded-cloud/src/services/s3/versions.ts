import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DefaultRetention, Retention } from './retention.ts';
import type { ObjectInfo } from './sidecar.ts';

/** A version of an object, or a delete marker. */
export interface ObjectVersion {
  version_id: string;
  is_delete_marker: boolean;
  last_modified: number;
  /** Absent for a delete marker. */
  info?: ObjectInfo;
  retention?: Retention;
}

/** The versions of one key, the latest first. */
interface KeyVersions {
  key: string;
  versions: ObjectVersion[];
}

/** Whether a bucket has an object lock, and the retention of its new objects. */
export interface LockConfiguration {
  default_retention?: DefaultRetention;
}

/**
 * The versions of the objects of buckets with an object lock. The bytes of the current version are in
 * the object's own file, and those of the others below `<root>/.versions/<bucket>/`. The caller must not
 * run calls for the same bucket concurrently.
 */
export interface Versions {
  /** Returns undefined for a bucket without object lock, which keeps no versions. */
  readLock(bucket: string): Promise<LockConfiguration | undefined>;
  setLock(bucket: string, lock: LockConfiguration): Promise<void>;
  read(bucket: string, key: string): Promise<ObjectVersion[]>;
  write(bucket: string, key: string, versions: ObjectVersion[]): Promise<void>;
  /** Returns the path of the bytes of a version that is not current. */
  pathOf(bucket: string, key: string, version_id: string): Promise<string>;
  /** Lists the keys of a bucket that have versions. They are in no order. */
  listKeys(bucket: string): Promise<KeyVersions[]>;
}

/** Creates an id for a new version. */
export function createVersionId(): string {
  return randomBytes(16).toString('base64url');
}

export function createVersions(root: string): Versions {
  const locks = new Map<string, LockConfiguration | undefined>();
  const bucketFolder = (bucket: string) => join(root, '.versions', bucket);
  const keyFolder = (bucket: string, key: string) =>
    join(bucketFolder(bucket), createHash('sha256').update(key).digest('hex').slice(0, 40));
  const indexOf = (folder: string) => join(folder, 'index.json');
  return {
    async readLock(bucket) {
      if (!locks.has(bucket)) {
        locks.set(bucket, await readJson(join(bucketFolder(bucket), 'lock.json')));
      }
      return locks.get(bucket);
    },
    async setLock(bucket, lock) {
      await mkdir(bucketFolder(bucket), { recursive: true });
      await writeWhole(join(bucketFolder(bucket), 'lock.json'), lock);
      locks.set(bucket, lock);
    },
    async read(bucket, key) {
      const found = await readJson<KeyVersions>(indexOf(keyFolder(bucket, key)));
      return found?.versions ?? [];
    },
    async write(bucket, key, versions) {
      const folder = keyFolder(bucket, key);
      if (versions.length === 0) return await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
      await writeWhole(indexOf(folder), { key, versions } satisfies KeyVersions);
    },
    async pathOf(bucket, key, version_id) {
      const folder = keyFolder(bucket, key);
      await mkdir(folder, { recursive: true });
      return join(folder, `${version_id}.bytes`);
    },
    async listKeys(bucket) {
      const names = await readdir(bucketFolder(bucket)).catch(() => []);
      const found = await Promise.all(
        names
          .filter((name) => name !== 'lock.json')
          .map((name) => readJson<KeyVersions>(indexOf(join(bucketFolder(bucket), name)))),
      );
      return found.filter((versions) => versions !== undefined);
    },
  };
}

async function readJson<Value>(path: string): Promise<Value | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : (JSON.parse(text) as Value);
}

/** Replaces a file, so that a reader sees the old one or the new one. */
async function writeWhole(path: string, value: object): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}`;
  await writeFile(temporary, JSON.stringify(value));
  await rename(temporary, path);
}
