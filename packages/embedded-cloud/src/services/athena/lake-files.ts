import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Layout } from './projection.ts';

/** The current files of a table. */
export interface LakeFiles {
  /** Absolute paths of the files, in sorted order. */
  paths: string[];
  bytes: number;
}

/**
 * Lists the files that Athena would read for a table. A file is listed if it is readable, is not
 * hidden, and belongs to a partition of the projection.
 */
export type ListLakeFiles = (layout: Layout, now: number) => Promise<LakeFiles>;

/** First two bytes of a gzip stream, and size of a gzip header in bytes. Source: RFC 1952. */
const GZIP_MAGIC = [0x1f, 0x8b];
const GZIP_HEADER_BYTES = 10;

export function createFileLister(s3Dir: string): ListLakeFiles {
  // The size of each file is read once. If an object is overwritten, the stored size is not
  // updated, so the estimate of the scanned bytes becomes less exact.
  const sizes = new Map<string, number>();
  const findSize = async (path: string) => {
    const known = sizes.get(path);
    if (known !== undefined) return known;
    const size = await readSize(path);
    if (size !== undefined) sizes.set(path, size);
    return size;
  };

  return async (layout, now) => {
    const root = resolveRoot(s3Dir, layout);
    const pattern = new RegExp(`^${layout.pattern}`);
    const found: LakeFiles = { paths: [], bytes: 0 };
    for (const relative of await listFiles(root)) {
      const values = pattern.exec(relative)?.slice(1);
      if (values === undefined || !layout.includes(values, now)) continue;
      const size = await findSize(join(root, relative));
      if (size === undefined) continue;
      found.paths.push(join(root, relative));
      found.bytes += size;
    }
    return found;
  };
}

/** Returns the local folder that contains the files of a table. */
export function resolveRoot(s3Dir: string, { bucket, folder }: Layout): string {
  return join(s3Dir, bucket, folder);
}

/**
 * Lists the sorted paths of the files below a folder. Names that start with a dot or an underscore
 * are omitted, because Hive ignores such names.
 */
async function listFiles(folder: string, relative = ''): Promise<string[]> {
  const entries = await readdir(join(folder, relative), { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (/^[._]/.test(entry.name)) continue;
    const path = `${relative}${entry.name}`;
    if (entry.isDirectory()) found.push(...(await listFiles(folder, `${path}/`)));
    else if (entry.isFile()) found.push(path);
  }
  return found;
}

/**
 * Returns the size of a file in bytes.
 *
 * @returns undefined if queries must skip the file. Queries skip a file that is empty or deleted.
 * Queries also skip a file with the extension `.gz` if the content is not in gzip format.
 */
async function readSize(path: string): Promise<number | undefined> {
  try {
    const { size } = await stat(path);
    if (!path.endsWith('.gz')) return size === 0 ? undefined : size;
    if (size < GZIP_HEADER_BYTES) return undefined;
    const file = await open(path);
    try {
      const { buffer } = await file.read(Buffer.alloc(GZIP_MAGIC.length), 0, GZIP_MAGIC.length, 0);
      return GZIP_MAGIC.every((byte, i) => buffer[i] === byte) ? size : undefined;
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}
