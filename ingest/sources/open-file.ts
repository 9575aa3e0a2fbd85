import { createReadStream } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { isGzipped } from '../../schemas/index.ts';

/**
 * Opens a file and returns its bytes. The bytes are unzipped if the file name ends with `.gz`. The
 * path `-` stands for standard input.
 *
 * @throws {Error} if the file cannot be read.
 */
export async function openFile(path: string): Promise<AsyncIterable<Buffer>> {
  if (path === '-') return process.stdin;
  await access(path, constants.R_OK);
  const file = createReadStream(path);
  if (!isGzipped(path)) return file;
  const unzipped = createGunzip();
  file.once('error', (error) => unzipped.destroy(error));
  return file.pipe(unzipped);
}
