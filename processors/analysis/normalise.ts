/// <reference lib="es2024.string" />

/**
 * Matches characters that NFC may change. A text without such characters is already well-formed
 * NFC, because combining marks and surrogates start at U+0300.
 */
const MAY_CHANGE_IN_NFC = /[\u0300-\uffff]/;
/** Matches white space other than a single plain space. */
const UNEVEN_SPACE = /[^\S ]| {2}/u;
/**
 * Matches a run of white space other than a single plain space. Single plain spaces are excluded,
 * because replacing single plain spaces took most of the function's time.
 */
const UNEVEN_RUN = /[^\S ]\s*| \s+/gu;

/**
 * Normalises a text for the fingerprint and the analyzer. The normalised text is well-formed
 * Unicode in NFC. White space at the start and the end is removed, and each other run of white
 * space is replaced by one space. The case of letters is kept, because case carries meaning
 * ("GREAT" differs from "great"). A text that contains only white space becomes the empty string.
 *
 * If you change this function, increase NORMALISER_VERSION, because the cached verdicts belong to
 * texts that the old function normalised.
 */
export function normalise(text: string): string {
  // Test before replacing, because most texts need no change and a test takes an eighth of the time
  // of a replacement.
  const composed = MAY_CHANGE_IN_NFC.test(text) ? text.toWellFormed().normalize('NFC') : text;
  return (UNEVEN_SPACE.test(composed) ? composed.replace(UNEVEN_RUN, ' ') : composed).trim();
}

/**
 * Matches one character that a reader can see. All others are white space, control and format
 * characters, characters that Unicode lets programs ignore (zero-width spaces, variation selectors,
 * Hangul fillers), combining marks without a letter, and the blank Braille pattern U+2800.
 */
const VISIBLE = /[^\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{M}\u2800]/u;

/** Returns true if a reader can see something of the text. */
export function hasVisibleCharacter(text: string): boolean {
  return VISIBLE.test(text);
}
