import { ReadOnceError } from '../file-error.ts';
import type { ByteSource } from './byte-source.ts';

/** Maximum number of bytes that are kept for a second reading. */
const KEPT_BYTES = 16 * 1024 * 1024;

/**
 * Makes a {@link ByteSource} of bytes that can be read only once, such as standard input. The start
 * of the bytes is kept, so that the file can be inspected before it is read.
 */
export function createOneTimeSource(name: string, bytes: AsyncIterable<Buffer>): ByteSource {
  const iterator = bytes[Symbol.asyncIterator]();
  let kept: Buffer[] | undefined = [];
  let kept_bytes = 0;

  const pull = async (): Promise<Buffer | undefined> => {
    const next = await iterator.next();
    if (next.done) return undefined;
    kept_bytes += next.value.length;
    if (kept_bytes > KEPT_BYTES) kept = undefined;
    kept?.push(next.value);
    return next.value;
  };

  return {
    name,
    size: undefined,
    async *open(from) {
      if (from !== 0 || kept === undefined)
        throw new ReadOnceError(`${name} can be read only once`);
      for (let i = 0; ; i += 1) {
        const chunk: Buffer | undefined = kept?.[i] ?? (await pull());
        if (chunk === undefined) return;
        yield chunk;
      }
    },
  };
}
