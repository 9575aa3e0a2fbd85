import { type FileHandle, open } from 'node:fs/promises';
import { S3Error } from './errors.ts';
import type { ObjectInfo } from './sidecar.ts';

/** An object, or a version of it, whose bytes can be read. */
export interface OpenObject {
  info: ObjectInfo;
  read(start: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

/**
 * Opens the file of an object. If the file is replaced while the handle is open, the handle still reads
 * the old bytes.
 */
export async function openFile(file: string, info: ObjectInfo): Promise<OpenObject> {
  const handle = await open(file);
  return {
    info,
    read: (start, length) => readFully(handle, start, length),
    close: () => handle.close(),
  };
}

/**
 * Reads exactly `length` bytes from a file. The function reads in a loop, because a single read may
 * return fewer bytes than requested.
 *
 * @throws {S3Error} InternalError if the file ends before `length` bytes are read
 */
async function readFully(handle: FileHandle, start: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await handle.read(bytes, at, length - at, start + at);
    if (bytesRead === 0) throw new S3Error('InternalError');
    at += bytesRead;
  }
  return bytes;
}
