import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToKey } from './key-path.ts';

/**
 * Lists the keys of a bucket that start with `prefix` and sort after `after`. The keys are sorted
 * by their UTF-8 bytes.
 */
export async function listKeysOnDisk(
  directory: string,
  prefix: string,
  after: string,
): Promise<string[]> {
  const found: string[] = [];
  await walk(directory, '', prefix, found);
  const later = after === '' ? found : found.filter((key) => compareKeys(key, after) > 0);
  return later.sort(compareKeys);
}

/**
 * Compares two keys by their UTF-8 bytes, because S3 sorts keys by UTF-8 bytes. JavaScript compares
 * UTF-16 units, whose order differs above U+D7FF.
 */
export function compareKeys(a: string, b: string): number {
  const plain = /^[\0-\x7f]*$/;
  if (plain.test(a) && plain.test(b)) return a < b ? -1 : a > b ? 1 : 0;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

async function walk(
  directory: string,
  relative: string,
  prefix: string,
  found: string[],
): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = relative + entry.name;
    if (entry.isDirectory()) {
      const start = pathToKey(`${path}/`).replace(/\/$/, '');
      // A directory is searched only if its path starts with the prefix, or if the prefix starts
      // with the path of the directory.
      if (start.startsWith(prefix) || prefix.startsWith(start)) {
        await walk(join(directory, entry.name), `${path}/`, prefix, found);
      }
    } else if (entry.isFile()) {
      const key = pathToKey(path);
      if (key.startsWith(prefix)) found.push(key);
    }
  }
}
