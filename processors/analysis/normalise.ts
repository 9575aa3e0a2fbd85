/// <reference lib="es2024.string" />

/**
 * The form of a text that is fingerprinted and analysed: well-formed Unicode in NFC, trimmed, white space collapsed
 * to single spaces. Nothing that changes meaning: "GREAT" is not "great". Whoever changes this bumps
 * NORMALISER_VERSION. An empty answer means that there was nothing but white space.
 */
export function normalise(text: string): string {
  return text.toWellFormed().normalize('NFC').replace(/\s+/gu, ' ').trim();
}
