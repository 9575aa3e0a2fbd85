import { randomInt } from 'node:crypto';
import {
  APIGatewayClient,
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  GetApiKeysCommand,
  type GetApiKeysCommandOutput,
  GetUsagePlanKeysCommand,
  type GetUsagePlanKeysCommandOutput,
} from '@aws-sdk/client-api-gateway';
import type { ApiKey, ApiKeys } from '../../operations/keys/ports.ts';
import {
  type ApiKeyClaims,
  DEFAULT_RIGHTS,
  formatApiKey,
  formatTokenKey,
  parseApiKey,
  parseTokenKey,
  roundUpToHour,
} from '../../schemas/index.ts';
import { type CloudAddress, clientConfig, createClient } from '../clients.ts';
import { requireField } from '../errors.ts';

export interface ApiKeysDeps {
  client?: APIGatewayClient;
  /** Address of the cloud that holds the keys. Default: the AWS account of the environment. */
  cloud?: CloudAddress;
  /** Id of each tier's usage plan, by tier. The ids come from the outputs of the stack. */
  usage_plan_ids: Record<string, string>;
  random?: () => string;
}

/**
 * Creates a client for the API keys of a deployment. API Gateway stores the keys. The value of
 * each key names the tenant and the tier.
 */
export function createApiKeys(deps: ApiKeysDeps): ApiKeys {
  const client =
    deps.client ?? createClient(APIGatewayClient, deps.cloud && clientConfig(deps.cloud));
  return {
    create: createCreate(client, deps),
    list: () => listKeys(client, Object.values(deps.usage_plan_ids)),
    async revoke(key_id) {
      await client.send(new DeleteApiKeyCommand({ apiKey: key_id }));
    },
  };
}

function createCreate(
  client: APIGatewayClient,
  { usage_plan_ids, random = randomCharacters }: ApiKeysDeps,
): ApiKeys['create'] {
  return async (wanted) => {
    const { tenant, tier, rights = DEFAULT_RIGHTS, expires_at, is_for_tokens = false } = wanted;
    const usagePlanId = usage_plan_ids[tier];
    if (usagePlanId === undefined) {
      const tiers = Object.keys(usage_plan_ids).join(', ');
      throw new Error(`The stack has no usage plan ${tier}; its plans are ${tiers}`);
    }
    const end = expires_at === undefined ? {} : { expires_at: roundUpToHour(expires_at) };
    const claims = { tenant, tier, rights, ...end };
    const api_key = (is_for_tokens ? formatTokenKey : formatApiKey)(claims, random());
    const name = wanted.name ?? `${is_for_tokens ? 'tokens of ' : ''}${tenant} ${tier}`;
    const shown = { name, enabled: true };
    const { id, createdDate = new Date() } = await client.send(
      new CreateApiKeyCommand({ ...shown, value: api_key }),
    );
    const key_id = requireField('apigateway', 'id', id);
    await client.send(
      new CreateUsagePlanKeyCommand({ usagePlanId, keyId: key_id, keyType: 'API_KEY' }),
    );
    const created_at = createdDate.toISOString();
    return { key_id, ...shown, ...describeClaims(claims, is_for_tokens), created_at, api_key };
  };
}

const PAGE_SIZE = 500;

async function* listKeys(
  client: APIGatewayClient,
  usage_plan_ids: string[],
): AsyncGenerator<ApiKey> {
  // Only the keys of the usage plans belong to this deployment.
  const ids = await Promise.all(usage_plan_ids.map((plan) => listPlanKeyIds(client, plan)));
  const own = new Set(ids.flat());
  let position: string | undefined;
  do {
    const page: GetApiKeysCommandOutput = await client.send(
      new GetApiKeysCommand({ includeValues: true, position, limit: PAGE_SIZE }),
    );
    for (const { id = '', name = '', value = '', enabled = false, createdDate } of page.items ??
      []) {
      const token_claims = parseTokenKey(value);
      const claims = token_claims ?? parseApiKey(value);
      if (claims === undefined || !own.has(id)) continue;
      const created_at = createdDate?.toISOString() ?? '';
      yield {
        key_id: id,
        name,
        ...describeClaims(claims, token_claims !== undefined),
        enabled,
        created_at,
        api_key: value,
      };
    }
    position = page.position;
  } while (position !== undefined);
}

function describeClaims({ expires_at, ...claims }: ApiKeyClaims, is_for_tokens: boolean) {
  return {
    ...claims,
    ...(is_for_tokens ? { is_for_tokens } : {}),
    ...(expires_at === undefined ? {} : { expires_at: new Date(expires_at).toISOString() }),
  };
}

async function listPlanKeyIds(client: APIGatewayClient, usagePlanId: string): Promise<string[]> {
  const ids: string[] = [];
  let position: string | undefined;
  do {
    const page: GetUsagePlanKeysCommandOutput = await client.send(
      new GetUsagePlanKeysCommand({ usagePlanId, position, limit: PAGE_SIZE }),
    );
    for (const { id } of page.items ?? []) if (id !== undefined) ids.push(id);
    position = page.position;
  } while (position !== undefined);
  return ids;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const RANDOM_CHARACTERS = 40;

function randomCharacters(): string {
  const characters = Array.from({ length: RANDOM_CHARACTERS }, () =>
    ALPHABET.charAt(randomInt(ALPHABET.length)),
  );
  return characters.join('');
}
