import { type ConsumerEnvironment, derivePseudonymKey } from '../../schemas/index.ts';
import { composeLanguageResolver } from '../analysis/compose.ts';
import { composeEngine, type EngineStats } from '../engine/compose.ts';
import { createLocalDetection, wrapLocalDetection } from '../privacy/local-detector.ts';
import { createRedactRecord, type RedactRecord } from '../privacy/redact-record.ts';
import { rememberDetections } from '../privacy/remember.ts';
import {
  type AuthorKey,
  createAuthorKey,
  createIsUnreadable,
  createMaskBytes,
  type IsUnreadable,
  type MaskBytes,
} from './mask-bytes.ts';

/** The privacy of the records of the stream. */
export interface Privacy {
  redactRecord: RedactRecord;
  maskBytes: MaskBytes;
  isUnreadable: IsUnreadable;
  authorKey: AuthorKey;
  /** Undefined if the engine calls no service. */
  engineStats?: (() => EngineStats) | undefined;
}

/**
 * Creates the functions that redact the records of the stream.
 *
 * @param deps.secret returns a secret of the deployment. It is read only if something that is stored has a
 * pseudonym, such as a masked author.
 * @param deps.now returns the current time, in epoch milliseconds.
 */
export function composePrivacy(
  environment: ConsumerEnvironment,
  { secret, now }: { secret: () => Promise<string>; now: () => number },
): Privacy {
  const deps = {
    settings: environment.PRIVACY,
    detectLocally: rememberDetections(createLocalDetection()),
    resolveLanguage: composeLanguageResolver(environment),
    pseudonymKey: async (tenant: string) => derivePseudonymKey(await secret(), tenant),
  };
  const engine = composeEngine(environment, {
    local: wrapLocalDetection(deps.detectLocally),
    traffic: environment.TRAFFIC,
    now,
  });
  return {
    redactRecord: createRedactRecord({
      ...deps,
      detector: engine.detector,
    }),
    maskBytes: createMaskBytes(deps),
    isUnreadable: createIsUnreadable(deps),
    authorKey: createAuthorKey(deps),
    engineStats: engine.stats,
  };
}
