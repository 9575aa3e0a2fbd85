import { createKeyStates } from '../../aws/dynamodb/keys/states.ts';
import { describeSafely } from '../../lib/safe-error.ts';
import { authorizerEnvironmentSchema, parseEnvironment } from '../../schemas/index.ts';
import { createAuthorize } from './authorize.ts';
import { createIdentifyKey } from './identify-key.ts';
import { createIdentifyToken } from './identify-token.ts';
import { createVerifyToken } from './verify-token.ts';

/** Number of attempts of each call to the table of keys, because a caller is waiting. */
const MAX_ATTEMPTS = 2;

/**
 * Creates the authorizer with its AWS clients.
 *
 * @throws {Error} if a variable of the environment is missing or invalid.
 */
export function composeAuthorizer(variables: Record<string, string | undefined>) {
  const {
    KEYS_TABLE,
    TIERS: tiers,
    OIDC: settings,
  } = parseEnvironment(authorizerEnvironmentSchema, variables);
  const keys = createKeyStates({ table_name: KEYS_TABLE, max_attempts: MAX_ATTEMPTS });
  const identifyKey = createIdentifyKey({
    keys,
    now: Date.now,
    onError: (error) => console.error('use of a key not noted', describeSafely(error)),
  });
  const identifyToken =
    settings &&
    createIdentifyToken({ settings, verify: createVerifyToken(settings), keys, now: Date.now });
  return createAuthorize({ tiers, identifyKey, identifyToken });
}
