import type { ResolvedLanguage } from '../language.ts';
import type { Detection, PersonalDataDetector, SearchContext } from './ports.ts';
import { mergeRepeats } from './repeats.ts';

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
  context?: SearchContext,
): Promise<Detection> {
  const own = await detector.detect(text, language_code, context);
  if (language_source === 'given' || !detector.supports(ANY_LANGUAGE)) return own;
  return unite(own, await detector.detect(text, ANY_LANGUAGE, context));
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
  return { ok: true, findings: mergeRepeats([...own.findings, ...any.findings]) };
}
