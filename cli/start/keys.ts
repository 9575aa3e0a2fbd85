import type { Cloud } from '@aurastream/embedded-cloud';
import { createApiKeys } from '../../aws/api-gateway/api-keys.ts';
import { createKeyStates } from '../../aws/dynamodb/keys/states.ts';
import { createSecret } from '../../aws/secrets-manager/secrets.ts';
import { createKey, type KeyDeps } from '../../operations/keys/keys.ts';
import { deriveCallbackSecret, formatRights, RIGHTS, type Right } from '../../schemas/index.ts';

/** API keys of two tenants. A developer can try the API with these keys. */
export interface TenantKeys {
  /** API key of the tenant `default`. This tenant also owns the records that name no tenant. */
  api_key: string;
  second_api_key: string;
  /** API key of the tenant `default` that may only read. A web page can use it. */
  read_only_api_key: string;
  /** Secret with which AuraStream signs callbacks to the tenant `default`. */
  callback_secret: string;
}

const FIRST_TENANT = 'default';
const SECOND_TENANT = 'second';

type CloudAccess = Pick<
  Cloud,
  'endpoint' | 'region' | 'access_key_id' | 'secret_access_key' | 'outputs'
>;

/** Returns the API keys of both tenants, and one that may only read. Creates missing keys, with the highest tier. */
export async function prepareKeys(cloud: CloudAccess): Promise<TenantKeys> {
  const { outputs } = cloud;
  const usage_plan_ids = JSON.parse(requireOutput(outputs, 'UsagePlanIds'));
  const deps: KeyDeps = {
    keys: createApiKeys({ cloud, usage_plan_ids }),
    states: createKeyStates({ cloud, table_name: requireOutput(outputs, 'KeysTableName') }),
    now: Date.now,
  };
  const secret_id = requireOutput(outputs, 'CallbackSecretArn');
  const secret = await createSecret({ cloud, secret_id })();
  return {
    api_key: await findOrCreateKey(deps, FIRST_TENANT),
    second_api_key: await findOrCreateKey(deps, SECOND_TENANT),
    read_only_api_key: await findOrCreateKey(deps, FIRST_TENANT, ['read']),
    callback_secret: deriveCallbackSecret(secret, FIRST_TENANT),
  };
}

function requireOutput(outputs: Record<string, string>, name: string): string {
  const value = outputs[name];
  if (value === undefined) throw new Error(`The stack has no output ${name}.`);
  return value;
}

/** @param rights rights of the key, if it is not to have all. */
async function findOrCreateKey(
  deps: KeyDeps,
  tenant: string,
  rights: readonly Right[] = RIGHTS,
): Promise<string> {
  const suffix = rights === RIGHTS ? '' : ` ${formatRights(rights)}`;
  const name = `embedded ${tenant}${suffix}`;
  for await (const key of deps.keys.list())
    if (key.name === name && key.enabled) return key.api_key;
  return (await createKey(deps, { tenant, tier: 'enterprise', rights, name })).api_key;
}
