import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { UnreadableFileError } from '../file-error.ts';
import type { ByteSource } from './byte-source.ts';
import { createOneTimeSource } from './one-time-source.ts';

/**
 * Opens a file. The path `-` stands for standard input.
 *
 * @throws {Error} if the file does not exist, or if it is a folder.
 */
export async function openFile(path: string): Promise<ByteSource> {
  if (path === '-') return createOneTimeSource('standard input', process.stdin);
  const facts = await stat(path);
  if (facts.isDirectory()) {
    throw new UnreadableFileError(`Expected a file, got the folder ${path}.`, 'Name one file.');
  }
  if (!facts.isFile()) return createOneTimeSource(path, createReadStream(path));
  return {
    name: path,
    size: facts.size,
    open: (from) => createReadStream(path, { start: from, highWaterMark: 256 * 1024 }),
  };
}
