import type { Finding, PersonalDataDetector } from './ports.ts';
import { mergeRepeats } from './repeats.ts';

/**
 * Creates a detector that asks several detectors, those that support the language of the text. Its
 * findings are those of all. If one of them cannot tell, the whole text is unsafe; if one throws, the
 * text must wait.
 */
export function combineDetectors(detectors: readonly PersonalDataDetector[]): PersonalDataDetector {
  return {
    name: detectors.map(({ name }) => name).join('+'),
    supports: (language_code) => detectors.some((detector) => detector.supports(language_code)),
    async detect(text, language_code, context) {
      const findings: Finding[] = [];
      for (const detector of detectors) {
        if (!detector.supports(language_code)) continue;
        const detection = await detector.detect(text, language_code, context);
        if (!detection.ok) return detection;
        findings.push(...detection.findings);
      }
      return { ok: true, findings: mergeRepeats(findings) };
    },
  };
}

/**
 * Creates a detector that asks, for each text, the first of the detectors that supports its language.
 * If no detector does, the text is unsafe.
 */
export function chooseByLanguage(detectors: readonly PersonalDataDetector[]): PersonalDataDetector {
  const name = detectors.map((detector) => detector.name).join('|');
  return {
    name,
    supports: (language_code) => detectors.some((detector) => detector.supports(language_code)),
    async detect(text, language_code, context) {
      const chosen = detectors.find((detector) => detector.supports(language_code));
      if (chosen === undefined) return { ok: false, reason: 'refused', detector: name };
      return chosen.detect(text, language_code, context);
    },
  };
}
