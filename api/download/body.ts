import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ReadableStream as WebStream } from 'node:stream/web';
import { createGzip } from 'node:zlib';

/** Number of bytes of the body that the caller has taken. */
interface Sent {
  bytes: number;
}

interface BodyOptions {
  is_gzip: boolean;
  sent: Sent;
  /** Called once, when the body has ended, has failed, or the caller has closed it. */
  onEnd: (how: { is_cut_off: boolean; error?: unknown }) => void;
}

/** Size of the parts of the body, in bytes, before they are compressed. */
const PART_BYTES = 64 * 1024;
/** API Gateway does not compress streamed responses. The fastest level makes them four times smaller. */
const GZIP_LEVEL = 1;

/**
 * Creates the body of a streamed response. The texts are read only as fast as the body. If reading
 * them fails, the caller gets all texts before the error, and then the body breaks off.
 */
export function createBody(
  texts: AsyncIterable<string>,
  options: BodyOptions,
): ReadableStream<Uint8Array> {
  const parts = joinTexts(texts);
  const body = countParts(options.is_gzip ? compress(parts) : parts, options);
  return WebStream.from(body) as ReadableStream<Uint8Array>;
}

async function* countParts(
  parts: AsyncIterable<Uint8Array>,
  { sent, onEnd }: BodyOptions,
): AsyncIterable<Uint8Array> {
  let how: Parameters<BodyOptions['onEnd']>[0] = { is_cut_off: true };
  try {
    for await (const part of parts) {
      sent.bytes += part.length;
      yield part;
    }
    how = { is_cut_off: false };
  } catch (error) {
    how = { is_cut_off: true, error };
    throw error;
  } finally {
    onEnd(how);
  }
}

/** Joins short texts to parts of about 64 KiB, because each part costs a message of its own. */
async function* joinTexts(texts: AsyncIterable<string>): AsyncIterable<Uint8Array> {
  let part = '';
  const failure = createFailure();
  for await (const text of failure.catchIn(texts)) {
    part += text;
    if (part.length < PART_BYTES) continue;
    yield Buffer.from(part);
    part = '';
  }
  if (part !== '') yield Buffer.from(part);
  failure.rethrow();
}

async function* compress(parts: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const failure = createFailure();
  const gzip = createGzip({ level: GZIP_LEVEL });
  const writing = pipeline(Readable.from(failure.catchIn(parts)), gzip);
  // The pipeline fails if the caller leaves the loop early.
  writing.catch(() => {});
  yield* gzip;
  await writing;
  failure.rethrow();
}

/** Keeps the error of an iterable until what came before the error has been passed on. */
function createFailure() {
  let error: unknown;
  return {
    async *catchIn<Item>(items: AsyncIterable<Item>): AsyncIterable<Item> {
      try {
        yield* items;
      } catch (cause) {
        error = cause;
      }
    },
    rethrow() {
      if (error !== undefined) throw error;
    },
  };
}
