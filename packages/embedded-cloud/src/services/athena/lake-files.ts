import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Layout } from './projection.ts';

/** A table's files as they are now. */
export interface LakeFiles {
  /** Absolute paths, in order. */
  paths: string[];
  bytes: number;
}

/** Lists the files of a table that Athena would read: in projected partitions, not hidden, and not broken. */
export type ListLakeFiles = (layout: Layout, now: number) => Promise<LakeFiles>;

/** The first bytes of every gzip stream, RFC 1952, and the least that one can have. */
const GZIP_MAGIC = [0x1f, 0x8b];
const GZIP_HEADER_BYTES = 10;

export function createListLakeFiles(s3Dir: string): ListLakeFiles {
  // An object that could be read stays so: its size is asked for once.
  const sizes = new Map<string, number>();
  const sizeOf = async (path: string) => {
    const known = sizes.get(path);
    if (known !== undefined) return known;
    const size = await readableSize(path);
    if (size !== undefined) sizes.set(path, size);
    return size;
  };

  return async (layout, now) => {
    const root = rootOf(s3Dir, layout);
    const pattern = new RegExp(`^${layout.pattern}`);
    const found: LakeFiles = { paths: [], bytes: 0 };
    for (const relative of await filesBelow(root)) {
      const values = pattern.exec(relative)?.slice(1);
      if (values === undefined || !layout.holds(values, now)) continue;
      const size = await sizeOf(join(root, relative));
      if (size === undefined) continue;
      found.paths.push(join(root, relative));
      found.bytes += size;
    }
    return found;
  };
}

/** The folder on this machine that holds a table. */
export function rootOf(s3Dir: string, { bucket, folder }: Layout): string {
  return join(s3Dir, bucket, folder);
}

/** Paths below a folder with `/`, sorted. Names that begin with a dot or an underscore are hidden from Hive. */
async function filesBelow(folder: string, relative = ''): Promise<string[]> {
  const entries = await readdir(join(folder, relative), { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (/^[._]/.test(entry.name)) continue;
    const path = `${relative}${entry.name}`;
    if (entry.isDirectory()) found.push(...(await filesBelow(folder, `${path}/`)));
    else if (entry.isFile()) found.push(path);
  }
  return found;
}

/** Bytes of a file; undefined where it is empty, gone, or called `.gz` and is not: one such must not fail a query. */
async function readableSize(path: string): Promise<number | undefined> {
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
