import type { Finding, PersonalDataDetector } from './ports.ts';

/**
 * Creates a detector that asks several detectors, those that support the language of the text. Its
 * findings are those of all. If one of them cannot tell, the whole text is unsafe; if one throws, the
 * text must wait.
 */
export function combineDetectors(detectors: readonly PersonalDataDetector[]): PersonalDataDetector {
  return {
    name: detectors.map(({ name }) => name).join('+'),
    supports: (language_code) => detectors.some((detector) => detector.supports(language_code)),
    async detect(text, language_code, deadline) {
      const findings: Finding[] = [];
      for (const detector of detectors) {
        if (!detector.supports(language_code)) continue;
        const detection = await detector.detect(text, language_code, deadline);
        if (!detection.ok) return detection;
        findings.push(...detection.findings);
      }
      findings.sort((a, b) => a.utf16.start - b.utf16.start || b.utf16.end - a.utf16.end);
      return { ok: true, findings };
    },
  };
}
