import { S3Error } from './errors.ts';

/** The decoded content of an `aws-chunked` body. */
export interface DecodedBody {
  body: Buffer;
  /** Trailers by their lower-case names, for example `x-amz-checksum-crc32`. */
  trailers: Record<string, string>;
}

const CRLF = '\r\n';

/**
 * Removes the chunk framing from the body of a streamed put. A framed body has the following form.
 * `hex-size[;chunk-signature=…]\r\n bytes \r\n … 0\r\n trailers \r\n`
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 *
 * @throws {S3Error} IncompleteBody if a chunk is cut off or has the wrong size
 */
export function decodeChunked(sent: Buffer): DecodedBody {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = sent.indexOf(CRLF, at);
    const size =
      end < 0
        ? undefined
        : /^([0-9a-f]{1,8})(?:;.*)?$/i.exec(sent.toString('latin1', at, end))?.[1];
    if (size === undefined) throw new S3Error('IncompleteBody');
    const bytes = Number.parseInt(size, 16);
    at = end + CRLF.length;
    if (bytes === 0)
      return { body: Buffer.concat(chunks), trailers: parseTrailers(sent.toString('latin1', at)) };
    if (sent.toString('latin1', at + bytes, at + bytes + CRLF.length) !== CRLF) {
      throw new S3Error('IncompleteBody');
    }
    chunks.push(sent.subarray(at, at + bytes));
    at += bytes + CRLF.length;
  }
}

function parseTrailers(lines: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const line of lines.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) found[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return found;
}
