import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BESIDE_DIRECTORY, keyToPath } from './key-path.ts';

/** The object files on disk. If a key is the name of both a file and a folder, the file is renamed. */
export interface Disk {
  /** @returns the file of a key; undefined if it does not exist */
  find(bucket: string, key: string): Promise<string | undefined>;
  /** Moves a complete file to the path of the key, and creates the directories. */
  place(bucket: string, key: string, file: string): Promise<void>;
  /** Removes the file of a key, and the directories that become empty. */
  remove(bucket: string, key: string): Promise<void>;
}

/** Concurrent calls on one bucket are not allowed. */
export function createDisk(root: string): Disk {
  const buildPath = (bucket: string, key: string) => join(root, bucket, keyToPath(key));

  const find: Disk['find'] = async (bucket, key) => {
    const path = buildPath(bucket, key);
    for (const candidate of [path, path + BESIDE_DIRECTORY]) {
      if ((await findKind(candidate)) === 'file') return candidate;
    }
    return undefined;
  };

  return {
    find,
    async place(bucket, key, file) {
      const path = buildPath(bucket, key);
      await makeDirectories(join(root, bucket), dirname(keyToPath(key)));
      if ((await findKind(path)) === 'directory')
        return await rename(file, path + BESIDE_DIRECTORY);
      await rename(file, path);
      // An older version may still have this suffix, from a time when a directory used the key's name.
      await rm(path + BESIDE_DIRECTORY, { force: true });
    },
    async remove(bucket, key) {
      const path = await find(bucket, key);
      if (path === undefined) return;
      await rm(path, { force: true });
      await removeEmpty(dirname(path), join(root, bucket));
    },
  };
}

/** Renames a file whose name a directory needs. */
async function makeDirectories(base: string, relative: string): Promise<void> {
  let path = base;
  for (const name of relative === '.' ? [] : relative.split('/')) {
    path = join(path, name);
    if ((await findKind(path)) === 'file') await rename(path, path + BESIDE_DIRECTORY);
    await mkdir(path, { recursive: true });
  }
}

/** Removes `directory` and its parents below `base`, as long as they are empty. */
export async function removeEmpty(directory: string, base: string): Promise<void> {
  for (let path = directory; path.length > base.length; path = dirname(path)) {
    if ((await readdir(path).catch(() => [''])).length > 0) return;
    await rmdir(path).catch(() => undefined);
  }
}

async function findKind(path: string): Promise<'file' | 'directory' | undefined> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  return found && (found.isDirectory() ? 'directory' : 'file');
}
