/// <reference lib="es2024.string" />

/** Below U+0300 nothing combines and no surrogate stands: such a text is well-formed and in NFC. */
const MAY_CHANGE_IN_NFC = /[\u0300-\uffff]/;
/** White space that is not one plain space. */
const UNEVEN_SPACE = /[^\S ]| {2}/u;
/** A run of it: replacing every lone space by itself took most of the time that a long text takes. */
const UNEVEN_RUN = /[^\S ]\s*| \s+/gu;

/**
 * The form of a text that is fingerprinted and analysed: well-formed Unicode in NFC, trimmed, white space collapsed
 * to single spaces. Nothing that changes meaning: "GREAT" is not "great". Whoever changes this bumps
 * NORMALISER_VERSION. An empty answer means that there was nothing but white space.
 */
export function normalise(text: string): string {
  // Looking is an eighth of the work of replacing, and most texts are as they should be.
  const composed = MAY_CHANGE_IN_NFC.test(text) ? text.toWellFormed().normalize('NFC') : text;
  return (UNEVEN_SPACE.test(composed) ? composed.replace(UNEVEN_RUN, ' ') : composed).trim();
}
