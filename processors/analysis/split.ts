/** A cut this far from the ideal place, in parts of a chunk, is worth a whole sentence. */
const SENTENCE_TOLERANCE = 1 / 4;
const WORD_TOLERANCE = 1 / 16;

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
  const sentences = segmentStarts(text, language_code, 'sentence');
  const chunks: string[] = [];
  for (let start = 0; start < text.length; ) {
    const done = offsets[start]!;
    const pieces = Math.ceil((total - done) / max_bytes);
    const share = (total - done) / pieces;
    // Where the cut must fall, so that neither this piece nor those that remain are too large.
    const window = { low: total - max_bytes * (pieces - 1), high: done + max_bytes };
    const place: Place = { text, offsets, start, target: done + share, window };
    const end =
      pieces === 1
        ? text.length
        : (nearest(place, sentences, share * SENTENCE_TOLERANCE) ??
          nearest(place, wordStarts(place, share, language_code), share * WORD_TOLERANCE) ??
          codePoint(place));
    chunks.push(text.slice(start, end).trim());
    start = end;
  }
  return chunks.filter((chunk) => chunk !== '');
}

interface Place {
  text: string;
  /** UTF-8 bytes before each UTF-16 index; the second half of a surrogate pair has its first half's. */
  offsets: Uint32Array;
  /** UTF-16 index where the piece begins. */
  start: number;
  /** Byte at which the cut would give equal pieces. */
  target: number;
  /** Bytes between which the cut must fall. */
  window: { low: number; high: number };
}

/** The index nearest to the target, of ascending `candidates`, within the tolerance (bytes) and the window. */
function nearest(place: Place, candidates: number[], tolerance: number): number | undefined {
  const { offsets, target, window } = place;
  let best: number | undefined;
  let best_distance = tolerance;
  for (const index of between(candidates, offsets, target - tolerance, target + tolerance)) {
    const byte = offsets[index]!;
    const distance = Math.abs(byte - target);
    if (index <= place.start || byte < window.low || byte > window.high) continue;
    if (distance <= best_distance) [best, best_distance] = [index, distance];
  }
  return best;
}

function between(
  candidates: number[],
  offsets: Uint32Array,
  low: number,
  high: number,
): Iterable<number> {
  const first = firstAtLeast(candidates.length, (i) => offsets[candidates[i]!]!, low);
  const last = firstAtLeast(candidates.length, (i) => offsets[candidates[i]!]!, high + 1);
  return candidates.slice(first, last);
}

/** Starts of words around the target. The rims of the looked-at part are no word starts. */
function wordStarts(place: Place, share: number, language_code: string): number[] {
  const { text, offsets, target, start } = place;
  const reach = share * WORD_TOLERANCE;
  const index = (byte: number) => firstAtLeast(text.length, (i) => offsets[i]!, byte);
  const from = Math.max(start, index(target - reach));
  const part = text.slice(from, index(target + reach));
  return segmentStarts(part, language_code, 'word').map((word) => from + word);
}

/** The last code point boundary that is neither past the target nor, where possible, outside of the window. */
function codePoint(place: Place): number {
  const { text, offsets, start, window } = place;
  const target = Math.min(Math.max(place.target, window.low), window.high);
  let index = firstAtLeast(text.length, (i) => offsets[i]!, target);
  while (index > start && (offsets[index]! > window.high || isLowSurrogate(text, index)))
    index -= 1;
  // A code point larger than a chunk can't be cut: one goes whole.
  return index > start ? index : start + String.fromCodePoint(text.codePointAt(start)!).length;
}

function segmentStarts(
  text: string,
  language_code: string,
  granularity: 'sentence' | 'word',
): number[] {
  const segmenter = new Intl.Segmenter(language_code, { granularity });
  return Array.from(segmenter.segment(text), (segment) => segment.index).slice(1);
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

/** Binary search in an ascending sequence: the first position whose value is at least `bound`, else `length`. */
function firstAtLeast(length: number, valueAt: (i: number) => number, bound: number): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (valueAt(middle) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isLowSurrogate(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
