import { Readable } from 'node:stream';
import { transcode } from '../../../sources/encoding/transcode.ts';

const UTF_8 = 'utf-8';
const DECLARATION = /^<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']/;

/**
 * Returns the text of a feed. Its encoding is in the byte order mark, the content type or the XML
 * declaration, in this order, and else UTF-8. An unknown encoding is read as UTF-8.
 * Source: https://www.rfc-editor.org/rfc/rfc7303#section-3
 */
export async function decodeFeed(bytes: Buffer, content_type: string): Promise<string> {
  const [, of_type] = /charset\s*=\s*"?([A-Za-z0-9._-]+)/i.exec(content_type) ?? [];
  const [, declared] = DECLARATION.exec(bytes.subarray(0, 256).toString('latin1')) ?? [];
  const encoding = normalizeName(readMark(bytes) ?? of_type ?? declared ?? UTF_8);
  return new TextDecoder().decode(encoding === UTF_8 ? bytes : await convert(bytes, encoding));
}

function readMark(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return UTF_8;
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return undefined;
}

/** Returns the standard name of an encoding, such as `windows-1252` for `latin1`. */
function normalizeName(name: string): string {
  try {
    return new TextDecoder(name).encoding;
  } catch {
    return UTF_8;
  }
}

async function convert(bytes: Buffer, encoding: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of transcode(Readable.from([bytes]), encoding)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
