import { LRUCache } from 'lru-cache';
import type { Detection, PersonalDataDetector } from './ports.ts';

type Detect = (text: string, language_code: string) => Detection;

/** Longest text whose detection is remembered, in UTF-16 code units. Long texts seldom repeat. */
const MAX_LENGTH = 2_000;
/** Number of UTF-16 code units that are remembered, in all texts together. */
const MAX_TOTAL = 4_000_000;

/**
 * Remembers the detections of short texts in the memory of the process, because more than half of the
 * texts of a source repeat. A detection that failed is not remembered.
 */
export function rememberDetections(detect: Detect, max_total: number = MAX_TOTAL): Detect {
  const known = new LRUCache<string, Detection>({
    maxSize: max_total,
    sizeCalculation: (_, key) => key.length,
  });
  return (text, language_code) => {
    if (text.length > MAX_LENGTH) return detect(text, language_code);
    const key = `${language_code}\n${text}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const detection = detect(text, language_code);
    if (detection.ok) known.set(key, detection);
    return detection;
  };
}

/**
 * Remembers what a detector that calls a service has found in short texts, as {@link
 * rememberDetections} does. Texts that are equal, of one tenant, and searched at the same time share
 * one search.
 */
export function rememberSearches(
  detector: PersonalDataDetector,
  max_total: number = MAX_TOTAL,
): PersonalDataDetector {
  const known = new LRUCache<string, Detection>({
    maxSize: max_total,
    sizeCalculation: (_, key) => key.length,
  });
  const running = new Map<string, Promise<Detection>>();
  return {
    name: detector.name,
    supports: (language_code) => detector.supports(language_code),
    async detect(text, language_code, context) {
      if (text.length > MAX_LENGTH) return detector.detect(text, language_code, context);
      const key = `${language_code}\n${text}`;
      const found = known.get(key);
      if (found !== undefined) return found;
      const of_tenant = `${context?.tenant}\n${key}`;
      const started = running.get(of_tenant);
      if (started !== undefined) return started;
      const search = detector
        .detect(text, language_code, context)
        .then((detection) => {
          if (detection.ok) known.set(key, detection);
          return detection;
        })
        .finally(() => running.delete(of_tenant));
      running.set(of_tenant, search);
      return search;
    },
  };
}
