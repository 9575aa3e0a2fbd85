import type { Pii } from '../../schemas/index.ts';
import { hasCredentials } from './detectors/url.ts';
import { maskDetected, mergeFindings } from './mask.ts';
import { dropPseudonyms, findPlaceholders } from './placeholders.ts';
import type { Detection, Finding } from './ports.ts';

/** A text in the forms in which it is analysed and stored, and what was found in it. */
export interface RedactedText {
  /** The findings that are personal data, or the reason why nothing is known. */
  detection: Detection;
  /** The text with placeholders. */
  masked: string;
  /** The text with placeholders, or with pseudonyms if there is a key. */
  stored: string;
  /** The types and the number of the findings. `redacted` is true. */
  pii: Pii;
}

/**
 * Redacts a text by its detection. Placeholders that the text already has are kept, and count as
 * findings.
 *
 * @param pseudonym_key key of the tenant. Without it, the stored text has placeholders.
 */
export function redactText(
  text: string,
  detection: Detection,
  pseudonym_key?: Uint8Array,
): RedactedText {
  const placeholders = findPlaceholders(text);
  const isPersonal = ({ type, utf16: { start, end } }: Finding) => {
    // An address of a page is no personal data, unless it lets a reader in.
    if (type === 'URL' && !hasCredentials(text.slice(start, end))) return false;
    return !placeholders.some((one) => one.start <= start && end <= one.end);
  };
  const personal: Detection = detection.ok
    ? { ok: true, findings: detection.findings.filter(isPersonal) }
    : detection;
  const masked = dropPseudonyms(maskDetected(text, personal));
  const stored =
    pseudonym_key === undefined ? masked : maskDetected(text, personal, { pseudonym_key });
  const found = personal.ok ? [...mergeFindings(personal.findings), ...placeholders] : [];
  return { detection: personal, masked, stored, pii: summarise(found, personal) };
}

function summarise(found: { type: Finding['type'] }[], { ok }: Detection): Pii {
  const types = [...new Set(found.map(({ type }) => type))].sort();
  return { types, count: found.length, redacted: true, failed: !ok };
}

/** Adds up what was found in several values. Returns undefined if nothing was found. */
export function sumPii(parts: Pii[], redacted: boolean): Pii | undefined {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const failed = parts.some((part) => part.failed);
  if (count === 0 && !failed) return undefined;
  const types = [...new Set(parts.flatMap((part) => part.types))].sort();
  return { types, count, redacted, failed };
}
