/// <reference lib="es2024.string" />

/** A text without these characters is well-formed NFC, because combining marks and surrogates start at U+0300. */
const MAY_CHANGE_IN_NFC = /[\u0300-\uffff]/;
/** White space other than single plain spaces. */
const UNEVEN_SPACE = /[^\S ]| {2}/u;
/** A run of such white space. Single plain spaces do not match: replacing them too took most of the time. */
const UNEVEN_RUN = /[^\S ]\s*| \s+/gu;

/**
 * Returns a text in the form that is fingerprinted and analysed: well-formed Unicode in NFC, trimmed, white space
 * collapsed to single spaces. It keeps the case, which carries meaning:
 * "GREAT" is not "great". A change of this function must increase
 * NORMALISER_VERSION. The result is empty if the text is nothing but white space.
 */
export function normalise(text: string): string {
  // Most texts need no change, and a test takes an eighth of the time of a replacement.
  const composed = MAY_CHANGE_IN_NFC.test(text) ? text.toWellFormed().normalize('NFC') : text;
  return (UNEVEN_SPACE.test(composed) ? composed.replace(UNEVEN_RUN, ' ') : composed).trim();
}
