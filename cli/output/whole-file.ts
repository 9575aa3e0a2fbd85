import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Writes texts to a stream that stays open. A slow reader of the stream slows the texts down. */
export async function writeTo(out: Writable, texts: AsyncIterable<string>): Promise<void> {
  for await (const text of texts) {
    if (text !== '' && !out.write(text)) await once(out, 'drain');
  }
}

/**
 * Writes a file that is whole or not there. The texts go to `PATH.part`, which gets the name PATH
 * after the last text, and is deleted if reading or writing fails.
 *
 * @throws the error of the texts or of the file system. A file that was at PATH before is unchanged.
 */
export async function writeWholeFile(path: string, texts: AsyncIterable<string>): Promise<void> {
  if (await isSpecial(path)) {
    await pipeline(Readable.from(texts), createWriteStream(path));
    return;
  }
  const part = `${path}.part`;
  try {
    await pipeline(Readable.from(texts), createWriteStream(part));
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** Returns true for a device or a pipe, such as `/dev/stdout`, which another file cannot replace. */
async function isSpecial(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && !found.isFile() && !found.isDirectory();
}
