import { detectLanguage } from '@aurastream/language-detector';
import { createLanguageResolver } from '../../processors/language.ts';
import {
  createLocalDetection,
  createLocalDetector,
} from '../../processors/privacy/local-detector.ts';
import type { PersonalDataDetector } from '../../processors/privacy/ports.ts';
import {
  createRedactRecord,
  type RedactRecord,
  type RedactRecordDeps,
} from '../../processors/privacy/redact-record.ts';
import { createSearchText, type SearchText } from '../../processors/privacy/search-text.ts';
import {
  createAuthorKey,
  createIsUnreadable,
  createMaskBytes,
} from '../../processors/stream/mask-bytes.ts';
import type { Privacy } from '../../processors/stream/privacy.ts';
import { type PrivacyInput, privacySchema } from '../../schemas/index.ts';

export const DEFAULT_PRIVACY: PrivacyInput = {
  engine: 'local',
  placeholders: 'types',
  policy: 'redact',
  stored_text: 'redacted',
};

const pseudonymKey = async (tenant: string) => Buffer.from(`key of ${tenant}`);

/** Creates the redaction of records with the local detectors, for texts in English. */
export function createTestRedaction(
  settings: Partial<PrivacyInput> = {},
  deps: Partial<RedactRecordDeps> = {},
): RedactRecord {
  return createRedactRecord({
    settings: privacySchema.parse({ ...DEFAULT_PRIVACY, ...settings }),
    detector: createLocalDetector(),
    detectLocally: createLocalDetection(),
    resolveLanguage: (given) => ({
      language_code: given === 'auto' ? 'en' : given,
      language_source: given === 'auto' ? 'detected' : 'given',
    }),
    pseudonymKey,
    ...deps,
  });
}

/** Creates the search of texts, by default with the local detectors. */
export function createTestSearch(
  settings: Partial<PrivacyInput> = {},
  detect?: PersonalDataDetector['detect'],
): SearchText {
  const local = createLocalDetector();
  const detector = detect === undefined ? local : { ...local, detect };
  return createSearchText({
    settings: privacySchema.parse({ ...DEFAULT_PRIVACY, ...settings }),
    detector,
    local_detector: detector,
    resolveLanguage: createLanguageResolver({
      detect_language: detectLanguage,
      default_language: 'en',
    }),
  });
}

/** Creates the privacy of the consumer with the local detectors. */
export function createTestPrivacy(settings: Partial<PrivacyInput> = {}): Privacy {
  const parsed = privacySchema.parse({ ...DEFAULT_PRIVACY, ...settings });
  return {
    redactRecord: createTestRedaction(settings),
    authorKey: createAuthorKey({ settings: parsed, pseudonymKey }),
    isUnreadable: createIsUnreadable({ settings: parsed }),
    maskBytes: createMaskBytes({
      settings: parsed,
      detectLocally: createLocalDetection(),
      resolveLanguage: () => ({ language_code: 'en', language_source: 'detected' }),
    }),
  };
}

/** Redacts nothing, and leaves the language to the analysis. */
export const NO_PRIVACY = createTestPrivacy({ policy: 'off', stored_text: 'full' });
