import { randomInt } from 'node:crypto';
import {
  APIGatewayClient,
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  GetApiKeysCommand,
  type GetApiKeysCommandOutput,
} from '@aws-sdk/client-api-gateway';
import { formatApiKey, parseApiKey, type Tier } from '../../schemas/index.ts';
import { type CloudAddress, clientConfig } from '../clients.ts';

/** An API key as an operator sees it. */
export interface ApiKeyInfo {
  key_id: string;
  name: string;
  tenant: string;
  tier: Tier;
  enabled: boolean;
  /** ISO 8601 in UTC. */
  created_at: string;
}

export interface ApiKeys {
  /** Makes a key of a tenant, good at once: its value is in the answer. */
  create(key: {
    tenant: string;
    tier: Tier;
    name?: string;
  }): Promise<ApiKeyInfo & { api_key: string }>;
  /** Keys of this project, with their values. */
  list(): AsyncIterable<ApiKeyInfo & { api_key: string }>;
  /** @throws {Error} where there is no such key. */
  revoke(key_id: string): Promise<void>;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const RANDOM_CHARACTERS = 40;

/** The API keys of a deployment: API Gateway knows which exist, their values say whose they are. */
export function createApiKeys(deps: {
  client?: APIGatewayClient;
  /** Each tier's, as the stack says. */
  usage_plan_ids: Record<string, string>;
  random?: () => string;
}): ApiKeys {
  const client = deps.client ?? new APIGatewayClient({});
  const random = deps.random ?? randomCharacters;
  return {
    async create({ tenant, tier, name = `${tenant} ${tier}` }) {
      const usagePlanId = deps.usage_plan_ids[tier];
      if (usagePlanId === undefined) throw new Error(`The stack has no usage plan ${tier}`);
      const api_key = formatApiKey({ tenant, tier }, random());
      const made = await client.send(
        new CreateApiKeyCommand({ name, value: api_key, enabled: true }),
      );
      await client.send(
        new CreateUsagePlanKeyCommand({ usagePlanId, keyId: made.id, keyType: 'API_KEY' }),
      );
      const created_at = (made.createdDate ?? new Date()).toISOString();
      return { key_id: made.id!, name, tenant, tier, enabled: true, created_at, api_key };
    },
    async *list() {
      let position: string | undefined;
      do {
        const page: GetApiKeysCommandOutput = await client.send(
          new GetApiKeysCommand({ includeValues: true, position, limit: 500 }),
        );
        for (const { id, name, value = '', enabled, createdDate } of page.items ?? []) {
          const claims = parseApiKey(value);
          if (claims === undefined) continue;
          yield {
            key_id: id!,
            name: name ?? '',
            ...claims,
            enabled: enabled ?? false,
            created_at: createdDate?.toISOString() ?? '',
            api_key: value,
          };
        }
        position = page.position;
      } while (position !== undefined);
    },
    async revoke(key_id) {
      await client.send(new DeleteApiKeyCommand({ apiKey: key_id }));
    },
  };
}

function randomCharacters(): string {
  return Array.from({ length: RANDOM_CHARACTERS }, () => ALPHABET[randomInt(ALPHABET.length)]).join(
    '',
  );
}

/** The API keys of a cloud at this address. */
export function connectApiKeys(
  cloud: CloudAddress,
  usage_plan_ids: Record<string, string>,
): ApiKeys {
  return createApiKeys({ client: new APIGatewayClient(clientConfig(cloud)), usage_plan_ids });
}
