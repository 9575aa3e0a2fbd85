/** How far a cut may move from its ideal position to reach the start of a sentence or a word, as a share of a chunk. */
const TOLERANCE = { sentence: 1 / 4, word: 1 / 16 };

/** The most bytes that a chunk leaves unused, because its next code point of four bytes does not fit. */
const UNUSABLE_BYTES = 3;

/**
 * Cuts a text into the fewest chunks of nearly equal size, each at most `max_bytes` of UTF-8: at sentence ends, else
 * between words, else between code points. The chunks joined are the text, except white space at the cuts. They are of
 * equal size because the verdict is the plain mean of their scores.
 *
 * @param language_code picks the rules of `Intl.Segmenter`.
 */
export function split(text: string, max_bytes: number, language_code: string): string[] {
  if (Buffer.byteLength(text) <= max_bytes) return [text];
  const offsets = measureOffsets(text);
  const total = bytesBefore(offsets, text.length);
  const chunks: string[] = [];
  for (let start = 0; start < text.length; ) {
    const done = bytesBefore(offsets, start);
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
          nearestCodePoint(place));
    chunks.push(text.slice(start, end).trim());
    start = end;
  }
  return chunks.filter((chunk) => chunk !== '');
}

/** The range in which one cut must fall. Sizes and places are in bytes, indexes in UTF-16 units. */
interface Place {
  text: string;
  /** UTF-8 bytes before each index. Both halves of a surrogate pair have the same number. */
  offsets: Uint32Array;
  /** The index where this piece starts. */
  start: number;
  /** The ideal size of a piece, and the offset where a piece of this size ends. */
  share: number;
  target: number;
  /** The range of cuts that make neither this piece nor a later one too large. */
  low: number;
  high: number;
}

/**
 * Finds the start of a sentence or word that is nearest to the target, within the tolerance. It segments only the text
 * around the target, because the segmenter's time grows with the square of the length (1 MiB: half a minute).
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
    const byte = bytesBefore(offsets, index);
    const distance = Math.abs(byte - target);
    // Skip the first segment: it starts at the edge of the searched part, not at a sentence or word.
    if (segment.index === 0 || byte < place.low || byte > place.high) continue;
    if (distance < best_distance) [best, best_distance] = [index, distance];
  }
  return best;
}

/** Finds the code point boundary nearest to the target that keeps the piece small enough. */
function nearestCodePoint(place: Place): number {
  const { text, offsets, start } = place;
  let index = indexOf(offsets, Math.min(Math.max(place.target, place.low), place.high));
  while (index > start && (bytesBefore(offsets, index) > place.high || isLowSurrogate(text, index)))
    index -= 1;
  // A code point that is larger than a chunk stays whole.
  return index > start ? index : start + unitsOf(text.codePointAt(start) ?? 0);
}

function measureOffsets(text: string): Uint32Array {
  const offsets = new Uint32Array(text.length + 1);
  let bytes = 0;
  for (let i = 0; i < text.length; ) {
    const code = text.codePointAt(i) ?? 0;
    offsets[i] = bytes;
    if (code > 0xffff) offsets[i + 1] = bytes;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    i += unitsOf(code);
  }
  offsets[text.length] = bytes;
  return offsets;
}

function bytesBefore(offsets: Uint32Array, index: number): number {
  return offsets[index] ?? 0;
}

/** How many UTF-16 units a code point takes. */
function unitsOf(code_point: number): number {
  return code_point > 0xffff ? 2 : 1;
}

/** Finds the first index with at least `byte` bytes before it, by binary search. */
function indexOf(offsets: Uint32Array, byte: number): number {
  let [low, high] = [0, offsets.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (bytesBefore(offsets, middle) < byte) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isLowSurrogate(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
