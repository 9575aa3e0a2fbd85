/**
 * For each of the three writing systems, the number of characters in a text that occur only in that
 * system.
 */
export interface HanVariants {
  simplified: number;
  traditional: number;
  japanese: number;
}

interface HanSets {
  simplified: Set<string>;
  traditional: Set<string>;
  japanese: Set<string>;
}

type ByteRange = [first: number, last: number];

let sets: HanSets | undefined;

/**
 * Counts the Chinese characters that occur only in simplified Chinese, those that occur only in
 * traditional Chinese, and those that occur only in Japanese.
 *
 * The sets come from the national standards GB 2312 (simplified), Big5 (traditional) and JIS X 0208
 * (Japanese), which the platform's text decoders contain. Only the common characters of Big5 (level
 * 1) count as traditional, because level 2 has many characters that simplified Chinese adopted,
 * such as 无 and 万.
 */
export function countHanVariants(text: string): HanVariants {
  sets ??= buildHanSets();
  const counts = { simplified: 0, traditional: 0, japanese: 0 };
  for (const character of text) {
    if (sets.simplified.has(character)) counts.simplified += 1;
    else if (sets.traditional.has(character)) counts.traditional += 1;
    else if (sets.japanese.has(character)) counts.japanese += 1;
  }
  return counts;
}

function buildHanSets(): HanSets {
  const gb2312 = decodeHan('gb18030', [0xb0, 0xf7], [[0xa1, 0xfe]]);
  const big5_trails: ByteRange[] = [
    [0x40, 0x7e],
    [0xa1, 0xfe],
  ];
  const big5_common = decodeHan('big5', [0xa4, 0xc6], big5_trails);
  const big5_rare = decodeHan('big5', [0xc9, 0xf9], big5_trails);
  const jis = decodeHan('euc-jp', [0xb0, 0xf4], [[0xa1, 0xfe]]);
  return {
    simplified: subtract(gb2312, big5_common),
    traditional: subtract(big5_common, gb2312),
    japanese: subtract(jis, gb2312, big5_common, big5_rare),
  };
}

function subtract(set: Set<string>, ...others: Set<string>[]): Set<string> {
  return new Set([...set].filter((character) => !others.some((other) => other.has(character))));
}

/**
 * Decodes every pair of a lead byte and a trail byte.
 * @returns the Chinese characters among the decoded characters.
 */
function decodeHan(encoding: string, leads: ByteRange, trails: ByteRange[]): Set<string> {
  const bytes: number[] = [];
  for (let lead = leads[0]; lead <= leads[1]; lead += 1) {
    for (const [first, last] of trails) {
      for (let trail = first; trail <= last; trail += 1) bytes.push(lead, trail);
    }
  }
  const text = new TextDecoder(encoding).decode(Uint8Array.from(bytes));
  return new Set(text.match(/\p{Script=Han}/gu));
}
