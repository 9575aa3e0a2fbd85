import type { Deadline } from '../deadline.ts';
import type { ResolvedLanguage } from '../language.ts';
import type { Detection, PersonalDataDetector } from './ports.ts';

/** Code of a text whose language is not known. The local detectors then use what they know of all. */
const ANY_LANGUAGE = 'und';

/**
 * Finds the personal data of a text. If its language was detected, and not given, the text is also
 * searched with the cue words and number plans of all languages, because the language of a short text
 * is often mistaken, and a mistake must not let personal data through.
 */
export async function detectUnsure(
  detector: PersonalDataDetector,
  text: string,
  { language_code, language_source }: ResolvedLanguage,
  deadline?: Deadline,
): Promise<Detection> {
  const own = await detector.detect(text, language_code, deadline);
  if (language_source === 'given' || !detector.supports(ANY_LANGUAGE)) return own;
  return unite(own, await detector.detect(text, ANY_LANGUAGE, deadline));
}

/** As {@link detectUnsure}, without a promise. */
export function detectUnsureLocally(
  detect: (text: string, language_code: string) => Detection,
  text: string,
  { language_code, language_source }: ResolvedLanguage,
): Detection {
  const own = detect(text, language_code);
  return language_source === 'given' ? own : unite(own, detect(text, ANY_LANGUAGE));
}

function unite(own: Detection, any: Detection): Detection {
  if (!own.ok) return own;
  if (!any.ok) return any;
  const known = new Set(own.findings.map(keyOf));
  const more = any.findings.filter((finding) => !known.has(keyOf(finding)));
  const findings = [...own.findings, ...more];
  findings.sort((a, b) => a.utf16.start - b.utf16.start || b.utf16.end - a.utf16.end);
  return { ok: true, findings };
}

function keyOf({ type, utf16 }: { type: string; utf16: { start: number; end: number } }): string {
  return `${type} ${utf16.start} ${utf16.end}`;
}
