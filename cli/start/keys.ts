import type { Cloud } from '@aurastream/embedded-cloud';
import { type ApiKeys, createApiKeys } from '../../aws/api-gateway/api-keys.ts';
import { createSecret } from '../../aws/secrets-manager/secrets.ts';
import { deriveCallbackSecret } from '../../schemas/index.ts';

/** Two tenants with all that they need to try the API. */
export interface ReadyKeys {
  /** Of the tenant `default`, whose records are those that name none. */
  api_key: string;
  second_api_key: string;
  /** With which callbacks to the first tenant are signed. */
  callback_secret: string;
}

const FIRST_TENANT = 'default';
const SECOND_TENANT = 'second';

type Reached = Pick<
  Cloud,
  'endpoint' | 'region' | 'access_key_id' | 'secret_access_key' | 'outputs'
>;

/** Keys of both tenants in the highest tier: those of an earlier start, or new ones. */
export async function readyKeys(cloud: Reached): Promise<ReadyKeys> {
  const { outputs } = cloud;
  const usage_plan_ids = JSON.parse(outputs.UsagePlanIds!) as Record<string, string>;
  const keys = createApiKeys({ cloud, usage_plan_ids });
  const secret = await createSecret({ cloud, secret_id: outputs.CallbackSecretArn! })();
  return {
    api_key: await keyOf(keys, FIRST_TENANT),
    second_api_key: await keyOf(keys, SECOND_TENANT),
    callback_secret: deriveCallbackSecret(secret, FIRST_TENANT),
  };
}

async function keyOf(keys: ApiKeys, tenant: string): Promise<string> {
  const name = `embedded ${tenant}`;
  for await (const key of keys.list()) if (key.name === name && key.enabled) return key.api_key;
  return (await keys.create({ tenant, tier: 'enterprise', name })).api_key;
}
