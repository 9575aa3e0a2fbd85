import { isAscii, isUtf8 } from 'node:buffer';

/** Returns the encoding that a byte order mark names. */
export function readByteOrderMark(head: Buffer): string | undefined {
  const hex = head.subarray(0, 4).toString('hex');
  if (hex.startsWith('efbbbf')) return 'utf-8';
  if (hex === 'fffe0000' || hex === '0000feff') return 'utf-32';
  if (hex.startsWith('fffe')) return 'utf-16le';
  if (hex.startsWith('feff')) return 'utf-16be';
  return undefined;
}

/**
 * Recognises UTF-16 without a byte order mark. In most texts, every second byte of many characters
 * is then 0.
 */
export function recogniseUtf16(head: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  const zeros = [0, 0];
  for (const [i, byte] of head.entries()) if (byte === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const enough = head.length / 8;
  if (head.length < 4 || Math.max(even, odd) <= enough) return undefined;
  if (odd > 10 * even) return 'utf-16le';
  return even > 10 * odd ? 'utf-16be' : undefined;
}

/**
 * Finds the first byte of a head that is not UTF-8. A character that the end of the head cuts in two
 * does not count. Returns undefined if all bytes are UTF-8.
 */
export function findInvalidUtf8(head: Buffer, is_whole: boolean): number | undefined {
  if (isUtf8(is_whole ? head : trimCutCharacter(head))) return undefined;
  let low = 0;
  let high = head.length;
  // isUtf8 of a prefix is false from the invalid byte on, and also for prefixes that end within a
  // character. So the search trims the prefix first.
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (isUtf8(trimCutCharacter(head.subarray(0, middle)))) low = middle;
    else high = middle;
  }
  return trimCutCharacter(head.subarray(0, low)).length;
}

/**
 * True if a head with invalid bytes is nevertheless UTF-8: more of its lines have valid characters
 * outside ASCII than invalid ones. In other encodings, such characters are hardly ever valid UTF-8.
 */
export function isMostlyUtf8(head: Buffer): boolean {
  let valid = 0;
  let invalid = 0;
  for (let start = 0; start < head.length; ) {
    const found = head.indexOf(0x0a, start);
    const end = found === -1 ? head.length : found;
    const line = head.subarray(start, end);
    start = end + 1;
    if (isAscii(line)) continue;
    if (isUtf8(found === -1 ? trimCutCharacter(line) : line)) valid += 1;
    else invalid += 1;
  }
  return valid > invalid;
}

/** Removes a character at the end whose last bytes are missing. */
export function trimCutCharacter(bytes: Buffer): Buffer {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
}

/** Encodings that can be recognised by what they decode to, with the letters that they write. */
const CANDIDATES: readonly [encoding: string, letters: RegExp][] = [
  ['shift_jis', /[\u3041-\u30ff\u4e00-\u9fff\u3001\u3002]/g],
  ['euc-jp', /[\u3041-\u30ff\u4e00-\u9fff\u3001\u3002]/g],
  ['euc-kr', /[\uac00-\ud7a3]/g],
  ['gb18030', /[\u4e00-\u9fff\uff01-\uff5e\u3001\u3002]/g],
  ['big5', /[\u4e00-\u9fff\uff01-\uff5e\u3001\u3002]/g],
  ['windows-1251', /[а-яё]{2,}|[А-ЯЁ][а-яё]+/g],
  ['koi8-r', /[а-яё]{2,}|[А-ЯЁ][а-яё]+/g],
  ['windows-1253', /[α-ωά-ώ]{2,}/g],
  ['windows-1255', /[א-ת]{2,}/g],
  ['windows-1256', /[\u0621-\u064a]{2,}/g],
  ['windows-874', /[\u0e01-\u0e4e]{2,}/g],
];

/**
 * Guesses the encoding of bytes that are not UTF-8, for a proposal to the user. The guess is the
 * encoding in which most of the characters outside ASCII form plausible words. Otherwise the guess
 * is windows-1252, in which Excel saves CSV in western Europe.
 */
export function guessEncoding(head: Buffer): string {
  let best = { encoding: 'windows-1252', share: 0.6 };
  for (const [encoding, letters] of CANDIDATES) {
    const share = measure(head, encoding, letters);
    if (share > best.share) best = { encoding, share };
  }
  return best.encoding;
}

/** Measures which share of the characters outside ASCII are letters that the encoding writes. */
function measure(head: Buffer, encoding: string, letters: RegExp): number {
  const text = new TextDecoder(encoding).decode(head).replace(/\ufffd$/, '');
  if (text.includes('\ufffd')) return 0;
  const foreign = [...text].filter((letter) => letter > '\x7f').length;
  const found = text.match(letters)?.reduce((sum, word) => sum + word.length, 0) ?? 0;
  // Two kana in a row tell Japanese from Chinese, whose bytes also decode as other ideographs.
  const kana = /[\u3041-\u30f6]{2,}/.test(text) ? 0.05 : 0;
  return foreign === 0 ? 0 : Math.min(1, found / foreign) + kana;
}
