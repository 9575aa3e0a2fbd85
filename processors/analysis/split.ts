/**
 * Maximum distance between a cut and its ideal position, as a share of the chunk size. Within this
 * distance, a cut moves to the start of a sentence or of a word.
 */
const TOLERANCE = { sentence: 1 / 4, word: 1 / 16 };

/**
 * Maximum number of unused bytes in a chunk. A chunk has unused bytes if the next code point, of up
 * to four bytes, does not fit.
 */
const UNUSABLE_BYTES = 3;

/**
 * Cuts a text into as few chunks as possible. Each chunk has at most `max_bytes` bytes of UTF-8. A
 * cut is at the start of a sentence if possible, otherwise at the start of a word, otherwise
 * between two code points. The chunks contain the whole text, except white space at the cuts. The
 * chunks have nearly equal sizes, because the scores of the text are the unweighted mean of the
 * scores of the chunks.
 *
 * @param language_code language whose rules `Intl.Segmenter` applies.
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

/**
 * The range in which one cut must fall. Sizes and offsets are in bytes of UTF-8. Indexes are in
 * UTF-16 code units.
 */
interface Place {
  text: string;
  /**
   * Number of UTF-8 bytes before each index of the text. Both halves of a surrogate pair have the
   * same number.
   */
  offsets: Uint32Array;
  /** Index at which the current chunk starts. */
  start: number;
  /**
   * `share` is the ideal size of a chunk, and `target` is the ideal end of the current chunk, in
   * bytes.
   */
  share: number;
  target: number;
  /**
   * Lowest and highest offset of the cut, in bytes. A cut below `low` makes a later chunk too
   * large, and a cut above `high` makes the current chunk too large.
   */
  low: number;
  high: number;
}

/**
 * Finds the sentence start or word start nearest to the target, within the tolerance. Segments only
 * the text around the target, because the time of the segmenter grows with the square of the text
 * length. Segmenting 1 MiB takes half a minute.
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
    // Skip the first segment, because the first segment starts at the edge of the searched part and
    // not at the start of a sentence or word.
    if (segment.index === 0 || byte < place.low || byte > place.high) continue;
    if (distance < best_distance) [best, best_distance] = [index, distance];
  }
  return best;
}

/**
 * Finds the code point boundary that is nearest to the target and does not make the current chunk
 * too large.
 */
function nearestCodePoint(place: Place): number {
  const { text, offsets, start } = place;
  let index = indexOf(offsets, Math.min(Math.max(place.target, place.low), place.high));
  while (index > start && (bytesBefore(offsets, index) > place.high || isLowSurrogate(text, index)))
    index -= 1;
  // If the first code point of the chunk is larger than `max_bytes`, the chunk holds the whole code
  // point.
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

/** Returns the number of UTF-16 code units of a code point. */
function unitsOf(code_point: number): number {
  return code_point > 0xffff ? 2 : 1;
}

/** Finds the first index at which `bytesBefore` is at least `byte`. Uses binary search. */
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
