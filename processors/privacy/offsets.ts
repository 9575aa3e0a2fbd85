import type { Finding, Span } from './ports.ts';

/** A finding before its places in bytes and code points are known. */
export type PlacedInUtf16 = Pick<Finding, 'type' | 'score' | 'utf16'>;

/** Adds the places in bytes of UTF-8 and in code points. Reads the text once. */
export function addOffsets(text: string, findings: PlacedInUtf16[]): Finding[] {
  const indexes = findings.flatMap(({ utf16 }) => [utf16.start, utf16.end]);
  const places = countBefore(text, indexes);
  const convert = ({ start, end }: Span, unit: 'bytes' | 'code_points'): Span => ({
    start: places.get(start)?.[unit] ?? 0,
    end: places.get(end)?.[unit] ?? 0,
  });
  return findings.map((finding) => ({
    ...finding,
    utf8: convert(finding.utf16, 'bytes'),
    code_points: convert(finding.utf16, 'code_points'),
  }));
}

/** Counts the bytes and the code points before each index. */
function countBefore(text: string, indexes: number[]) {
  const places = new Map<number, { bytes: number; code_points: number }>();
  let [index, bytes, code_points] = [0, 0, 0];
  for (const target of [...new Set(indexes)].sort((a, b) => a - b)) {
    while (index < target) {
      const code = text.codePointAt(index) ?? 0;
      index += code > 0xffff ? 2 : 1;
      bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      code_points += 1;
    }
    places.set(target, { bytes, code_points });
  }
  return places;
}

/**
 * Converts offsets in code points to UTF-16 code units. An offset after the end becomes the end.
 *
 * @param sorted offsets in ascending order.
 */
export function findUtf16Indexes(text: string, sorted: number[]): Map<number, number> {
  const places = new Map<number, number>();
  let [index, code_points] = [0, 0];
  for (const target of sorted) {
    while (code_points < target && index < text.length) {
      index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
      code_points += 1;
    }
    places.set(target, index);
  }
  return places;
}
