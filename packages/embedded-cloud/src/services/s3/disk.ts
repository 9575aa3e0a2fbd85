import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BESIDE_DIRECTORY, keyToPath } from './key-path.ts';

/**
 * The object files on disk. If a file and a directory would have the same path, the file has an
 * additional suffix in its name.
 */
export interface Disk {
  /**
   * Finds the file of a key.
   *
   * @returns the path of the file, or undefined if the file does not exist
   */
  find(bucket: string, key: string): Promise<string | undefined>;
  /** Moves a completely written file to the path of the key, and creates the parent directories. */
  place(bucket: string, key: string, file: string): Promise<void>;
  /** Removes the file of a key, and the parent directories that become empty. */
  remove(bucket: string, key: string): Promise<void>;
}

/**
 * Creates a client that reads and writes object files below a root folder. The caller must not run
 * calls for the same bucket concurrently.
 */
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
      // If a directory had the key's name when an earlier version of the object was written, the
      // earlier version is in a file with a suffix. The file with the suffix is deleted.
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

/**
 * Creates the directories of a relative path below `base`. If a file has the name of such a
 * directory, the file is renamed.
 */
async function makeDirectories(base: string, relative: string): Promise<void> {
  let path = base;
  for (const name of relative === '.' ? [] : relative.split('/')) {
    path = join(path, name);
    if ((await findKind(path)) === 'file') await rename(path, path + BESIDE_DIRECTORY);
    await mkdir(path, { recursive: true });
  }
}

/**
 * Removes `directory` and then its parent directories below `base`, as long as the directories are
 * empty.
 */
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
