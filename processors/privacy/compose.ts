import { type AnalysisEnvironment, derivePseudonymKey } from '../../schemas/index.ts';
import { chooseLanguages } from '../analysis/compose.ts';
import { createLanguageResolver } from '../analysis/language.ts';
import { createLocalDetection, createLocalDetector } from './local-detector.ts';
import { createMaskBytes, type MaskBytes } from './mask-bytes.ts';
import { createRedactRecord, type RedactRecord } from './redact-record.ts';
import { createSearchText, type SearchText } from './search-text.ts';

type PrivacyEnvironment = Pick<AnalysisEnvironment, 'PRIVACY' | 'ANALYZER' | 'DEFAULT_LANGUAGE'>;

/** The privacy of the records of the stream. */
export interface Privacy {
  redactRecord: RedactRecord;
  maskBytes: MaskBytes;
}

/**
 * Creates the functions that redact the records of the stream.
 *
 * @param secret returns a secret of the deployment. It is read only if stored texts have pseudonyms.
 */
export function composePrivacy(
  environment: PrivacyEnvironment,
  secret: () => Promise<string>,
): Privacy {
  const deps = {
    settings: environment.PRIVACY,
    detectLocally: createLocalDetection(),
    resolveLanguage: createLanguageResolver(chooseLanguages(environment)),
  };
  return {
    redactRecord: createRedactRecord({
      ...deps,
      detector: createLocalDetector(),
      pseudonymKey: async (tenant) => derivePseudonymKey(await secret(), tenant),
    }),
    maskBytes: createMaskBytes(deps),
  };
}

/** Creates the function that searches the texts of the API, whose callers wait. */
export function composeSearchText(environment: PrivacyEnvironment): SearchText {
  const detector = createLocalDetector();
  return createSearchText({
    settings: environment.PRIVACY,
    detector,
    local_detector: detector,
    resolveLanguage: createLanguageResolver(chooseLanguages(environment)),
  });
}
