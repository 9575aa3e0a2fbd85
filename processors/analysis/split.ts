/** How far from the ideal place a cut may fall for a sentence's sake, or a word's, in parts of a chunk. */
const TOLERANCE = { sentence: 1 / 4, word: 1 / 16 };

/** What a chunk can't use of its bytes where the next code point takes four. */
const UNUSABLE_BYTES = 3;

/**
 * Cuts a text into the fewest chunks of nearly equal size, each at most `max_bytes` of UTF-8: at sentence ends, else
 * between words, else between code points. Joined, the chunks give the text back, up to white space at the cuts.
 * Equal sizes, because the verdict is the plain mean of the chunks' scores.
 *
 * @param language_code picks the rules of `Intl.Segmenter`.
 */
export function split(text: string, max_bytes: number, language_code: string): string[] {
  if (Buffer.byteLength(text) <= max_bytes) return [text];
  const offsets = byteOffsets(text);
  const total = offsets[text.length]!;
  const chunks: string[] = [];
  for (let start = 0; start < text.length; ) {
    const done = offsets[start]!;
    const pieces = Math.ceil((total - done) / max_bytes);
    const share = (total - done) / pieces;
    const place: Place = {
      text,
      offsets,
      start,
      share,
      target: done + share,
      low: total - (max_bytes - UNUSABLE_BYTES) * (pieces - 1),
      high: done + max_bytes,
    };
    const end =
      pieces === 1
        ? text.length
        : (nearestStart(place, 'sentence', language_code) ??
          nearestStart(place, 'word', language_code) ??
          codePoint(place));
    chunks.push(text.slice(start, end).trim());
    start = end;
  }
  return chunks.filter((chunk) => chunk !== '');
}

/** Where one cut is looked for. Sizes and places are in bytes, indexes in UTF-16 units. */
interface Place {
  text: string;
  /** UTF-8 bytes before each index; the second half of a surrogate pair has its first half's. */
  offsets: Uint32Array;
  /** Index at which the piece begins. */
  start: number;
  /** The size that gives equal pieces, and the cut that gives it. */
  share: number;
  target: number;
  /** Between these, neither this piece nor any that remains is too large. */
  low: number;
  high: number;
}

/**
 * The start of a sentence or word that is nearest to the target, within its tolerance. Only the neighbourhood of the
 * target is segmented: the segmenter takes time with the square of what it is given (1 MiB: half a minute).
 */
function nearestStart(
  place: Place,
  granularity: 'sentence' | 'word',
  language_code: string,
): number | undefined {
  const { text, offsets, target } = place;
  const reach = place.share * TOLERANCE[granularity];
  const from = Math.max(place.start, indexOf(offsets, target - reach));
  const part = text.slice(from, indexOf(offsets, target + reach));
  const segmenter = new Intl.Segmenter(language_code, { granularity });
  let best: number | undefined;
  let best_distance = Number.POSITIVE_INFINITY;
  for (const segment of segmenter.segment(part)) {
    const index = from + segment.index;
    const byte = offsets[index]!;
    const distance = Math.abs(byte - target);
    // The first segment starts where we cut the part out, not where a sentence or word does.
    if (segment.index === 0 || byte < place.low || byte > place.high) continue;
    if (distance < best_distance) [best, best_distance] = [index, distance];
  }
  return best;
}

/** The code point boundary nearest to the target that keeps the piece small enough. */
function codePoint(place: Place): number {
  const { text, offsets, start } = place;
  let index = indexOf(offsets, Math.min(Math.max(place.target, place.low), place.high));
  while (index > start && (offsets[index]! > place.high || isLowSurrogate(text, index))) index -= 1;
  // A code point larger than a chunk can't be cut: it goes whole.
  return index > start ? index : start + String.fromCodePoint(text.codePointAt(start)!).length;
}

function byteOffsets(text: string): Uint32Array {
  const offsets = new Uint32Array(text.length + 1);
  let bytes = 0;
  for (let i = 0; i < text.length; ) {
    const code = text.codePointAt(i)!;
    offsets[i] = bytes;
    if (code > 0xffff) offsets[i + 1] = bytes;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    i += code > 0xffff ? 2 : 1;
  }
  offsets[text.length] = bytes;
  return offsets;
}

/** The first index with at least `byte` bytes before it: a binary search. */
function indexOf(offsets: Uint32Array, byte: number): number {
  let [low, high] = [0, offsets.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (offsets[middle]! < byte) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isLowSurrogate(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
