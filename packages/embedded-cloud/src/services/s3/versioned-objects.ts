import { rename, rm } from 'node:fs/promises';
import type { Disk } from './disk.ts';
import { compareKeys } from './keys.ts';
import { type OpenObject, openFile } from './open-file.ts';
import type { RunSerially } from './serial-runner.ts';
import type { Sidecars } from './sidecar.ts';
import {
  createVersionId,
  type LockConfiguration,
  type ObjectVersion,
  type Versions,
} from './versions.ts';

/** The versions of the objects in buckets with an object lock. */
export interface VersionedObjects {
  /** Returns the object lock of a bucket, or undefined if the bucket has none. */
  readLock(bucket: string): Promise<LockConfiguration | undefined>;
  setLock(bucket: string, lock: LockConfiguration): Promise<void>;
  /** Returns the versions of a key, the latest first. */
  readVersions(bucket: string, key: string): Promise<ObjectVersion[]>;
  /** Opens a version, which may be the current one. Returns undefined for a delete marker too. */
  openVersion(bucket: string, key: string, version_id: string): Promise<OpenObject | undefined>;
  /**
   * Changes a version, or removes it if `change` returns undefined.
   *
   * @returns the version before the change. Undefined if it does not exist.
   */
  changeVersion(
    bucket: string,
    key: string,
    version_id: string,
    change: (version: ObjectVersion) => ObjectVersion | undefined,
  ): Promise<ObjectVersion | undefined>;
  /** Lists the versions of all keys that start with `prefix`, sorted by key. */
  listVersions(
    bucket: string,
    prefix: string,
  ): Promise<{ key: string; versions: ObjectVersion[] }[]>;
}

interface VersionedDeps {
  disk: Disk;
  sidecars: Sidecars;
  versions: Versions;
  runSerially: RunSerially;
  createTemporaryPath: () => Promise<string>;
}

/**
 * Moves the bytes of the current version aside, before another version becomes the current one. The
 * caller must not run calls for the same bucket concurrently.
 */
export async function keepCurrent(
  { disk, versions }: Pick<VersionedDeps, 'disk' | 'versions'>,
  bucket: string,
  key: string,
): Promise<void> {
  const file = await disk.find(bucket, key);
  const [latest] = await versions.read(bucket, key);
  if (file === undefined || latest === undefined) return;
  await rename(file, await versions.pathOf(bucket, key, latest.version_id));
}

/** Adds the latest version of a key, after its bytes were placed. @returns its id */
export async function addVersion(
  versions: Versions,
  { bucket, key }: { bucket: string; key: string },
  version: Omit<ObjectVersion, 'version_id'>,
): Promise<string> {
  const version_id = createVersionId();
  const earlier = await versions.read(bucket, key);
  await versions.write(bucket, key, [{ version_id, ...version }, ...earlier]);
  return version_id;
}

export function createVersionedObjects(deps: VersionedDeps): VersionedObjects {
  const { disk, versions, runSerially } = deps;
  return {
    readLock: (bucket) => versions.readLock(bucket),
    setLock: (bucket, lock) => runSerially(bucket, () => versions.setLock(bucket, lock)),
    readVersions: (bucket, key) => runSerially(bucket, () => versions.read(bucket, key)),
    openVersion: (bucket, key, version_id) =>
      runSerially(bucket, async () => {
        const all = await versions.read(bucket, key);
        const version = all.find((one) => one.version_id === version_id);
        if (version?.info === undefined) return undefined;
        const file =
          version === all[0]
            ? await disk.find(bucket, key)
            : await versions.pathOf(bucket, key, version_id);
        return file === undefined ? undefined : await openFile(file, version.info);
      }),
    changeVersion: (bucket, key, version_id, change) =>
      runSerially(bucket, async () => {
        const all = await versions.read(bucket, key);
        const version = all.find((one) => one.version_id === version_id);
        if (version === undefined) return undefined;
        const changed = change(version);
        if (changed === undefined) await dropVersion(deps, { bucket, key }, all, version);
        else {
          const next = all.map((one) => (one === version ? changed : one));
          await versions.write(bucket, key, next);
        }
        return version;
      }),
    listVersions: (bucket, prefix) =>
      runSerially(bucket, async () =>
        (await versions.listKeys(bucket))
          .filter(({ key }) => key.startsWith(prefix))
          .sort((a, b) => compareKeys(a.key, b.key)),
      ),
  };
}

/** Removes a version for good. If it was the latest, the one before it becomes the latest. */
async function dropVersion(
  { disk, sidecars, versions, createTemporaryPath }: VersionedDeps,
  { bucket, key }: { bucket: string; key: string },
  all: ObjectVersion[],
  version: ObjectVersion,
): Promise<void> {
  const rest = all.filter((one) => one !== version);
  const [next] = rest;
  if (version === all[0]) {
    await disk.remove(bucket, key);
    await sidecars.remove(bucket, key);
    if (next?.info !== undefined) {
      await disk.place(bucket, key, await versions.pathOf(bucket, key, next.version_id));
      const placed = (await disk.find(bucket, key))!;
      await sidecars.write(bucket, key, placed, next.info, await createTemporaryPath());
    }
  } else if (!version.is_delete_marker) {
    await rm(await versions.pathOf(bucket, key, version.version_id), { force: true });
  }
  await versions.write(bucket, key, rest);
}
