/** Which writing a text in Chinese characters uses, as far as its characters tell. */
export interface HanEvidence {
  simplified: number;
  traditional: number;
  japanese: number;
}

interface HanSets {
  simplified: Set<string>;
  traditional: Set<string>;
  japanese: Set<string>;
}

let sets: HanSets | undefined;

/**
 * Counts the characters that only one writing uses. The tables are the national standards that the platform's
 * decoders already carry: GB 2312 (simplified), Big5 (traditional, level 1 being the common characters: level 2 holds
 * many that simplified writing took over, 无 and 万 among them) and JIS X 0208 (Japanese).
 */
export function hanEvidence(text: string): HanEvidence {
  sets ??= readStandards();
  const evidence = { simplified: 0, traditional: 0, japanese: 0 };
  for (const character of text) {
    if (sets.simplified.has(character)) evidence.simplified += 1;
    else if (sets.traditional.has(character)) evidence.traditional += 1;
    else if (sets.japanese.has(character)) evidence.japanese += 1;
  }
  return evidence;
}

function readStandards(): HanSets {
  const gb2312 = charactersOf('gb18030', [0xb0, 0xf7], [[0xa1, 0xfe]]);
  const big5Trails: Range[] = [
    [0x40, 0x7e],
    [0xa1, 0xfe],
  ];
  const common = charactersOf('big5', [0xa4, 0xc6], big5Trails);
  const rare = charactersOf('big5', [0xc9, 0xf9], big5Trails);
  const jis = charactersOf('euc-jp', [0xb0, 0xf4], [[0xa1, 0xfe]]);
  return {
    simplified: without(gb2312, common),
    traditional: without(common, gb2312),
    japanese: without(jis, gb2312, common, rare),
  };
}

function without(set: Set<string>, ...others: Set<string>[]): Set<string> {
  return new Set([...set].filter((character) => !others.some((other) => other.has(character))));
}

type Range = [first: number, last: number];

/** The Chinese characters of a two-byte encoding's rows. */
function charactersOf(encoding: string, leads: Range, trails: Range[]): Set<string> {
  const bytes: number[] = [];
  for (let lead = leads[0]; lead <= leads[1]; lead += 1) {
    for (const [first, last] of trails) {
      for (let trail = first; trail <= last; trail += 1) bytes.push(lead, trail);
    }
  }
  const text = new TextDecoder(encoding).decode(Uint8Array.from(bytes));
  return new Set(text.match(/\p{Script=Han}/gu));
}
