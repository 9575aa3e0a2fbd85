import { generateCorpus } from '../../bench/privacy/corpus.ts';
import { createLocalDetection } from '../../processors/privacy/local-detector.ts';
import { redactText } from '../../processors/privacy/redact-text.ts';

/** A text with a piece of personal data that a search finds again wherever it was written. */
export interface Canary {
  language: string;
  type: string;
  text: string;
  value: string;
}

/** Shorter values, such as an age, occur by chance. */
const MIN_LENGTH = 8;

/**
 * Generates texts with personal data of every type in every language. Leaves out what the detectors
 * miss, which the test of their quality counts, and addresses of pages, which are no personal data.
 */
export function generateCanaries(per_language: number): Canary[] {
  const detect = createLocalDetection();
  return generateCorpus({
    seed: 11,
    positives_per_language: per_language,
    negatives_per_language: 0,
  }).flatMap(({ language, text, truths }) => {
    const [truth] = truths;
    if (truth === undefined) return [];
    const value = text.slice(truth.start, truth.end);
    if (value.length < MIN_LENGTH) return [];
    const { masked } = redactText(text, detect(text, language));
    return masked.includes(value) ? [] : [{ language, type: truth.type, text, value }];
  });
}

/** Returns the values of the canaries that a text contains, also as JSON and in URLs. */
export function findCanaries(canaries: Canary[], ...texts: string[]): string[] {
  return canaries.flatMap(({ language, type, value }) => {
    const forms = [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)];
    const is_found = texts.some((text) => forms.some((form) => text.includes(form)));
    return is_found ? [`${type} in ${language}: ${value}`] : [];
  });
}
