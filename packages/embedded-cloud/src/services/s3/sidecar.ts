import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { removeEmpty } from './disk.ts';
import { BESIDE_DIRECTORY, keyToPath } from './key-path.ts';

/** The metadata of an object. */
export interface ObjectInfo {
  bytes: number;
  /** ETag of the object, without quotes. */
  etag: string;
  /** Time of the last modification, in epoch milliseconds. */
  last_modified: number;
  /** Stored headers, for example `content-type`, `content-encoding` and `x-amz-meta-*`. */
  headers: Record<string, string>;
  /** Verified `x-amz-checksum-*` headers. */
  checksums: Record<string, string>;
}

interface Sidecar extends ObjectInfo {
  key: string;
  /**
   * Modification time of the object's file, in epoch milliseconds. If the file has a different
   * time, another program replaced the file.
   */
  mtime_ms: number;
}

/** Stores the metadata of objects in `<root>/.meta/<bucket>/<key>.json`. */
export interface Sidecars {
  /**
   * Writes the metadata of an object.
   *
   * @param file the object's file at its final path
   * @param temporary the path of a temporary file, which becomes the metadata file
   */
  write(
    bucket: string,
    key: string,
    file: string,
    info: ObjectInfo,
    temporary: string,
  ): Promise<void>;
  /**
   * Reads the metadata of an object. If another program wrote the object's file, the metadata is
   * computed from the file.
   */
  read(bucket: string, key: string, file: string): Promise<ObjectInfo>;
  remove(bucket: string, key: string): Promise<void>;
}

export function createSidecars(root: string): Sidecars {
  const buildPath = (bucket: string, key: string) => {
    const names = keyToPath(key).split('/');
    const last = `${names.pop()}.json`;
    // If the name of a directory ends with `.json`, append a further suffix. Otherwise `a.json` could
    // be both the sidecar of the key `a` and the directory for the sidecar of the key `a.json/b`.
    const directories = names.map((name) =>
      name.endsWith('.json') ? name + BESIDE_DIRECTORY : name,
    );
    return join(root, '.meta', bucket, ...directories, last);
  };
  return {
    async write(bucket, key, file, info, temporary) {
      const { mtimeMs } = await stat(file);
      const path = buildPath(bucket, key);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(
        temporary,
        JSON.stringify({ key, ...info, mtime_ms: mtimeMs } satisfies Sidecar),
      );
      await rename(temporary, path);
    },
    async read(bucket, key, file) {
      const { size, mtimeMs } = await stat(file);
      const sidecar = await readSidecar(buildPath(bucket, key));
      if (sidecar?.bytes === size && sidecar.mtime_ms === mtimeMs) return sidecar;
      const etag = createHash('md5')
        .update(await readFile(file))
        .digest('hex');
      return { bytes: size, etag, last_modified: mtimeMs, headers: {}, checksums: {} };
    },
    async remove(bucket, key) {
      const path = buildPath(bucket, key);
      await rm(path, { force: true });
      await removeEmpty(dirname(path), join(root, '.meta', bucket));
    },
  };
}

async function readSidecar(path: string): Promise<Sidecar | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Sidecar;
  } catch {
    return undefined;
  }
}
