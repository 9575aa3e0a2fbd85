import { createLocalDetection } from '../../../../processors/privacy/local-detector.ts';

const detect = createLocalDetection();

/** Returns the findings of a text as lines such as `EMAIL ann@example.com`, in their order. */
export function findIn(text: string, language_code = 'en'): string[] {
  const detection = detect(text, language_code);
  if (!detection.ok) throw new Error(`${detection.detector}: ${detection.reason}`);
  return detection.findings.map(
    ({ type, utf16: { start, end } }) => `${type} ${text.slice(start, end)}`,
  );
}
