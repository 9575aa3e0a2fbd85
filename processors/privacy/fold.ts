/** A copy of a text in which detectors search, and the places of its characters in the text. */
export interface FoldedText {
  text: string;
  /**
   * Index in the original text of each UTF-16 code unit of the copy, and the length of the original
   * text at the end. Undefined if both texts are equal.
   */
  origins: Uint32Array | undefined;
}

const NON_ASCII = /[^\0-\x7f]/;
/**
 * Matches the characters that folding changes: digits of all scripts, dashes, spaces, characters
 * without a width, full-width forms, letters in circles, and mathematical letters.
 */
const FOLDED =
  /[\p{Default_Ignorable_Code_Point}\p{Cf}\uff01-\uff5e\u2460-\u24ff\u{1d400}-\u{1d7ff}]|(?![\0-\x7f])[\p{Nd}\p{Zs}\p{Pd}\u2212]/u;

/**
 * Replaces characters that look alike by their ASCII form, so that detectors need only that form:
 * digits of all scripts, full-width forms, spaces and dashes. Characters without a width are
 * removed, because they may hide an e-mail address.
 */
export function fold(text: string): FoldedText {
  if (!NON_ASCII.test(text) || !FOLDED.test(text)) return { text, origins: undefined };
  const parts: string[] = [];
  const origins: number[] = [];
  let index = 0;
  for (const character of text) {
    const folded = foldCharacter(character);
    for (let unit = 0; unit < folded.length; unit += 1) {
      // The second half of a surrogate pair keeps its own place.
      origins.push(index + (folded === character ? unit : 0));
    }
    parts.push(folded);
    index += character.length;
  }
  origins.push(text.length);
  return { text: parts.join(''), origins: Uint32Array.from(origins) };
}

/** Finds the span of the original text for a span of the folded text. */
export function unfoldSpan(
  { origins }: FoldedText,
  original: string,
  { start, end }: { start: number; end: number },
): { start: number; end: number } {
  if (origins === undefined) return { start, end };
  const last = origins[end - 1] ?? 0;
  const units = (original.codePointAt(last) ?? 0) > 0xffff ? 2 : 1;
  return { start: origins[start] ?? 0, end: last + units };
}

/** Folded forms of the characters seen so far. */
const known_forms = new Map<string, string>();
const MAX_KNOWN_FORMS = 10_000;

function foldCharacter(character: string): string {
  if (character < '\x80') return character;
  const known = known_forms.get(character);
  if (known !== undefined) return known;
  const form = computeForm(character);
  if (known_forms.size < MAX_KNOWN_FORMS) known_forms.set(character, form);
  return form;
}

function computeForm(character: string): string {
  if (!FOLDED.test(character)) return character;
  if (/[\p{Default_Ignorable_Code_Point}\p{Cf}]/u.test(character)) return '';
  if (/\p{Nd}/u.test(character)) return readDigit(character.codePointAt(0) ?? 0);
  if (/\p{Zs}/u.test(character)) return ' ';
  if (/[\p{Pd}\u2212]/u.test(character)) return '-';
  return character.normalize('NFKC');
}

/** First code point of the mathematical digits, which are five rows of ten digits. */
const MATHEMATICAL_ZERO = 0x1d7ce;

/**
 * Returns the value of a decimal digit of any script. Unicode encodes the digits of a script in a
 * row, so the distance to the first digit is the value.
 */
function readDigit(code_point: number): string {
  if (code_point >= MATHEMATICAL_ZERO && code_point <= 0x1d7ff) {
    return String((code_point - MATHEMATICAL_ZERO) % 10);
  }
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code_point - value - 1))) value += 1;
  return String(value);
}
