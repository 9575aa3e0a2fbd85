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

/** An encoding, the characters that texts in it are made of, and the most common ones of them. */
interface Candidate {
  encoding: string;
  letters: RegExp;
  common: RegExp;
}

const HAN = /[\u4e00-\u9fff\uff01-\uff5e\u3001\u3002]/g;
const KANA_OR_HAN = /[\u3041-\u30ff\u4e00-\u9fff\u3001\u3002]/g;
const CYRILLIC = { letters: /[а-яё]{2,}|[А-ЯЁ][а-яё]+/g, common: /[оеаинтслврк]/g };

const CANDIDATES: readonly Candidate[] = [
  { encoding: 'shift_jis', letters: KANA_OR_HAN, common: /[\u3041-\u30f6]/g },
  { encoding: 'euc-jp', letters: KANA_OR_HAN, common: /[\u3041-\u30f6]/g },
  { encoding: 'euc-kr', letters: /[\uac00-\ud7a3]/g, common: /[\uac00-\ud7a3]/g },
  { encoding: 'gb18030', letters: HAN, common: /[的了不是我有很好一这在人用个也就都说要快]/g },
  { encoding: 'big5', letters: HAN, common: /[的了不是我有很好一這在人用個也就都說要快]/g },
  { encoding: 'windows-1251', ...CYRILLIC },
  { encoding: 'koi8-r', ...CYRILLIC },
  { encoding: 'windows-1253', letters: /[Α-Ωα-ωά-ώ]{2,}/g, common: /[αοιετσνηυρπκλίόά]/g },
  { encoding: 'windows-1255', letters: /[א-ת]{2,}/g, common: /[יוהלאמרתשב]/g },
  { encoding: 'windows-1256', letters: /[\u0621-\u064a]{2,}/g, common: /[ايلمنرتوبة]/g },
  { encoding: 'windows-874', letters: /[\u0e01-\u0e4e]{2,}/g, common: /[านรอกเงมยลวด]/g },
];

/** The least share of letters that makes an encoding plausible. */
const PLAUSIBLE = 0.8;

/**
 * Guesses the encoding of bytes that are not UTF-8, for a proposal to the user. The guess is the
 * encoding in which nearly all characters outside ASCII are letters, and many of them common ones.
 * Otherwise the guess is windows-1252, in which Excel saves CSV in western Europe.
 */
export function guessEncoding(head: Buffer): string {
  const plausible = CANDIDATES.map((one) => ({ ...one, ...measure(head, one) }))
    .filter(({ share }) => share > PLAUSIBLE)
    .sort((a, b) => b.share + b.common_share - a.share - a.common_share);
  const double_byte = plausible.find(
    ({ encoding, common_share }) => DOUBLE_BYTE.test(encoding) && common_share > 0.15,
  );
  if (double_byte !== undefined) return double_byte.encoding;
  if (isWithinWords(head)) return 'windows-1252';
  return plausible.find(({ encoding }) => !/jis|jp/.test(encoding))?.encoding ?? 'windows-1252';
}

/** Encodings with two bytes for a character. The second byte may be a letter of ASCII. */
const DOUBLE_BYTE = /jis|jp|kr|gb|big5/;

/** In western languages, letters outside ASCII stand beside letters of ASCII. */
function isWithinWords(head: Buffer): boolean {
  const runs = head.toString('latin1').match(/[A-Za-z]?[\x80-\xff]+[A-Za-z]?/g) ?? [];
  const within = runs.filter((run) => /[A-Za-z]/.test(run) && run.length <= 5);
  return within.length > runs.length / 2;
}

/** Measures which share of the characters outside ASCII are letters of the encoding, and common. */
function measure(
  head: Buffer,
  { encoding, letters, common }: Candidate,
): { share: number; common_share: number } {
  const text = decode(head, encoding);
  const foreign = [...text].filter((letter) => letter > '\x7f').length;
  if (text.includes('\ufffd') || foreign === 0) return { share: 0, common_share: 0 };
  const found = text.match(letters)?.reduce((sum, word) => sum + word.length, 0) ?? 0;
  return { share: found / foreign, common_share: (text.match(common)?.length ?? 0) / foreign };
}

/** Decodes as far as the encoding allows. Node.js throws for some invalid bytes. */
function decode(head: Buffer, encoding: string): string {
  try {
    return new TextDecoder(encoding).decode(head, { stream: true });
  } catch {
    return '\ufffd';
  }
}
