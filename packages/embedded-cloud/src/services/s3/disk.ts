import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BESIDE_DIRECTORY, keyToPath } from './key-path.ts';

/** Where the object files of a bucket are, and how names on disk make way for each other. */
export interface Disk {
  /** The file of a key; undefined where there is none. */
  find(bucket: string, key: string): Promise<string | undefined>;
  /** Moves a finished file to where the key's belongs, with its directories. */
  place(bucket: string, key: string, file: string): Promise<void>;
  /** Removes a key's file and the directories that it leaves empty. */
  remove(bucket: string, key: string): Promise<void>;
}

/** Calls on one bucket must come one after the other. */
export function createDisk(root: string): Disk {
  const pathOf = (bucket: string, key: string) => join(root, bucket, keyToPath(key));

  const find: Disk['find'] = async (bucket, key) => {
    const path = pathOf(bucket, key);
    for (const candidate of [path, path + BESIDE_DIRECTORY]) {
      if ((await kind(candidate)) === 'file') return candidate;
    }
    return undefined;
  };

  return {
    find,
    async place(bucket, key, file) {
      const path = pathOf(bucket, key);
      await makeDirectories(join(root, bucket), dirname(keyToPath(key)));
      if ((await kind(path)) === 'directory') return await rename(file, path + BESIDE_DIRECTORY);
      await rename(file, path);
      // From when a directory of this name was here.
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

/** A file that stands where a directory must be steps aside. */
async function makeDirectories(base: string, relative: string): Promise<void> {
  let path = base;
  for (const name of relative === '.' ? [] : relative.split('/')) {
    path = join(path, name);
    if ((await kind(path)) === 'file') await rename(path, path + BESIDE_DIRECTORY);
    await mkdir(path, { recursive: true });
  }
}

/** Removes `directory` and its parents below `base` while they are empty. */
export async function removeEmpty(directory: string, base: string): Promise<void> {
  for (let path = directory; path.length > base.length; path = dirname(path)) {
    if ((await readdir(path).catch(() => [''])).length > 0) return;
    await rmdir(path).catch(() => undefined);
  }
}

async function kind(path: string): Promise<'file' | 'directory' | undefined> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  return found && (found.isDirectory() ? 'directory' : 'file');
}
