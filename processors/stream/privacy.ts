import { type AnalysisEnvironment, derivePseudonymKey } from '../../schemas/index.ts';
import { composeLanguageResolver } from '../analysis/compose.ts';
import { createLocalDetection, wrapLocalDetection } from '../privacy/local-detector.ts';
import { createRedactRecord, type RedactRecord } from '../privacy/redact-record.ts';
import { rememberDetections } from '../privacy/remember.ts';
import { type AuthorKey, createAuthorKey, createMaskBytes, type MaskBytes } from './mask-bytes.ts';

/** The privacy of the records of the stream. */
export interface Privacy {
  redactRecord: RedactRecord;
  maskBytes: MaskBytes;
  authorKey: AuthorKey;
}

/**
 * Creates the functions that redact the records of the stream.
 *
 * @param secret returns a secret of the deployment. It is read only if something that is stored has a
 * pseudonym, such as a masked author.
 */
export function composePrivacy(
  environment: Pick<
    AnalysisEnvironment,
    'PRIVACY' | 'ANALYZER' | 'DEFAULT_LANGUAGE' | 'NEUTRAL_IDS'
  >,
  secret: () => Promise<string>,
): Privacy {
  const deps = {
    settings: environment.PRIVACY,
    detectLocally: rememberDetections(createLocalDetection()),
    resolveLanguage: composeLanguageResolver(environment),
    pseudonymKey: async (tenant: string) => derivePseudonymKey(await secret(), tenant),
  };
  return {
    redactRecord: createRedactRecord({
      ...deps,
      detector: wrapLocalDetection(deps.detectLocally),
    }),
    maskBytes: createMaskBytes(deps),
    authorKey: createAuthorKey(deps),
  };
}
