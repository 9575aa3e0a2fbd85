import { isAscii } from 'node:buffer';
import type { ByteSource } from '../bytes/byte-source.ts';
import { skipBytes } from '../bytes/byte-source.ts';

/**
 * A byte that never occurs in UTF-8. It stands for bytes that the encoding of the file does not
 * allow, so that the reader refuses their row as it refuses a row of invalid UTF-8.
 */
const INVALID = Buffer.from([0xff]);

/** Returns a file in another encoding as UTF-8. Offsets count the bytes of UTF-8. */
export function decodeSource(source: ByteSource, encoding: string): ByteSource {
  if (encoding === 'utf-8') return source;
  return {
    name: source.name,
    size: undefined,
    open: (from) => skipBytes(transcode(source.open(0), encoding), from),
  };
}

/** Converts bytes of an encoding to UTF-8. Invalid bytes become one byte 0xff. */
export async function* transcode(
  bytes: AsyncIterable<Buffer>,
  encoding: string,
): AsyncIterable<Buffer> {
  const decode = createDecoder(encoding);
  let failure: { error: unknown } | undefined;
  try {
    for await (const chunk of bytes) {
      const decoded = decode(chunk);
      if (decoded.length > 0) yield decoded;
    }
  } catch (error) {
    // The bytes before the failure belong to the file.
    failure = { error };
  }
  const rest = decode(undefined);
  if (rest.length > 0) yield rest;
  if (failure !== undefined) throw failure.error;
}

/** Converts the next chunk to UTF-8. Undefined stands for the end of the bytes. */
type Decode = (chunk: Buffer | undefined) => Buffer;

function createDecoder(encoding: string): Decode {
  if (encoding === 'windows-1252') return (chunk) => decodeWindows1252(chunk ?? Buffer.alloc(0));
  if (encoding === 'utf-16le' || encoding === 'utf-16be') return createUtf16Decoder(encoding);
  return createLineDecoder(encoding);
}

const LINE_FEED = 0x0a;
/** Maximum number of bytes that wait for the end of their line. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;

/**
 * Decodes whole lines, so that broken characters neither depend on the chunks nor reach the next
 * line. In none of these encodings is a line feed a part of another character.
 */
function createLineDecoder(encoding: string): Decode {
  const decodeLine = createDecodeLine(encoding);
  let carried = Buffer.alloc(0);
  return (chunk) => {
    const bytes = chunk === undefined ? carried : Buffer.concat([carried, chunk]);
    const is_end = chunk === undefined || bytes.length > MAX_LINE_BYTES;
    const end = is_end ? bytes.length : bytes.lastIndexOf(LINE_FEED) + 1;
    carried = Buffer.from(bytes.subarray(end));
    const parts: Buffer[] = [];
    for (let start = 0; start < end; ) {
      const found = bytes.indexOf(LINE_FEED, start);
      const line_end = found === -1 || found >= end ? end : found;
      parts.push(decodeLine(bytes.subarray(start, line_end)));
      if (line_end < end) parts.push(LINE_END);
      start = line_end + 1;
    }
    return Buffer.concat(parts);
  };
}

const LINE_END = Buffer.from([LINE_FEED]);

/** Creates the function that decodes one line, or marks it as invalid. */
function createDecodeLine(encoding: string): (line: Buffer) => Buffer {
  let decoder = new TextDecoder(encoding);
  return (line) => {
    if (encoding !== 'iso-2022-jp' && isAscii(line)) return line;
    try {
      const text = decoder.decode(line);
      // These encodings cannot write U+FFFD (gb18030 can, and files do not), so the decoder made it.
      if (!text.includes('\ufffd')) return Buffer.from(text);
    } catch {
      // Node.js throws for some invalid bytes, although the decoder is not fatal.
      decoder = new TextDecoder(encoding);
    }
    // Signs of ASCII stay, so that the invalid line has as many cells as before.
    return Buffer.concat([INVALID, line.filter((byte) => byte < 0x80)]);
  };
}

function joinWithInvalid(parts: string[]): Buffer {
  if (parts.length === 1) return Buffer.from(parts[0] ?? '');
  const joined = parts.flatMap((part, i) =>
    i === 0 ? [Buffer.from(part)] : [INVALID, Buffer.from(part)],
  );
  return Buffer.concat(joined);
}

/** The characters of the bytes 0x80 to 0x9f in windows-1252, which differ from Latin-1. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** TextDecoder of some versions of Node.js decodes windows-1252 as Latin-1. */
function decodeWindows1252(bytes: Buffer): Buffer {
  const text = bytes
    .toString('latin1')
    .replace(/[\x80-\x9f]/g, (character) => WINDOWS_1252[character.charCodeAt(0) - 0x80] ?? '');
  return Buffer.from(text);
}

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

function createUtf16Decoder(encoding: 'utf-16le' | 'utf-16be'): Decode {
  let carried = Buffer.alloc(0);
  return (chunk) => {
    const bytes = Buffer.concat([carried, chunk ?? Buffer.alloc(0)]);
    const even = bytes.length - (bytes.length % 2);
    // A surrogate pair may be cut in two, and then waits for the next chunk.
    const last = even >= 2 ? readUnit(bytes, even - 2, encoding) : 0;
    const is_cut = chunk !== undefined && last >= 0xd800 && last <= 0xdbff;
    const end = is_cut ? even - 2 : even;
    carried = Buffer.from(bytes.subarray(end));
    const units = Buffer.from(bytes.subarray(0, end));
    const text = (encoding === 'utf-16be' ? units.swap16() : units).toString('utf16le');
    const decoded = joinWithInvalid(text.split(LONE_SURROGATE));
    const is_odd = chunk === undefined && carried.length > 0;
    return is_odd ? Buffer.concat([decoded, INVALID]) : decoded;
  };
}

function readUnit(bytes: Buffer, at: number, encoding: 'utf-16le' | 'utf-16be'): number {
  return encoding === 'utf-16be' ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at);
}
