import { Command, Option } from 'commander';
import { type ApiKeyInfo, createApiKeys } from '../../aws/api-gateway/api-keys.ts';
import { createSecret } from '../../aws/secrets-manager/secrets.ts';
import {
  DEFAULT_RIGHTS,
  deriveCallbackSecret,
  formatRights,
  type Right,
  TIERS,
  type Tier,
} from '../../schemas/index.ts';
import { withAudit } from '../audit.ts';
import { connect } from '../cloud.ts';
import { Advice } from '../errors.ts';
import { printAnswer } from '../output/print.ts';
import { formatTable } from '../output/table.ts';
import { aSlug, parseRightsOption } from './options.ts';

interface CreateOptions {
  tenant: string;
  tier: Tier;
  rights: readonly Right[];
  name?: string;
  json?: boolean;
}

/** Creates the command `aurastream keys`, which manages the API keys of tenants. */
export function keysCommand(): Command {
  return new Command('keys')
    .description('manage the API keys of tenants')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand())
    .addCommand(secretCommand());
}

function createCommand(): Command {
  return new Command('create')
    .description('create a key for a tenant')
    .requiredOption('--tenant <tenant>', 'the tenant of the key', aSlug)
    .addOption(
      new Option('--tier <tier>', 'its rate, burst and monthly quota')
        .choices(TIERS)
        .default('starter'),
    )
    .addOption(
      new Option('--rights <rights>', 'read, publish, jobs and admin, with commas')
        .argParser(parseRightsOption)
        .default(DEFAULT_RIGHTS, formatRights(DEFAULT_RIGHTS)),
    )
    .option('--name <name>', 'a name for lists')
    .option('--json', 'print one line of JSON')
    .action(async ({ json, ...wanted }: CreateOptions, command: Command) => {
      const { stack, keys, readSecret } = await openKeys(command);
      const { tenant, tier, rights } = wanted;
      const [made, callback_secret] = await withAudit(
        stack,
        { act: 'create_key', tenant, selectors: { tier, rights: formatRights(rights) } },
        async () => [await keys.create(wanted), await readSecret(tenant)] as const,
      );
      printAnswer({ json: json === true }, { ...made, callback_secret }, () =>
        [
          `api key          ${made.api_key}`,
          `key id           ${made.key_id}`,
          `tenant           ${made.tenant} (${made.tier})`,
          `rights           ${formatRights(made.rights)}`,
          `callback secret  ${callback_secret}`,
        ].join('\n'),
      );
    });
}

function listCommand(): Command {
  return new Command('list')
    .description('list the keys, without their values')
    .option('--tenant <tenant>', 'only keys of this tenant', aSlug)
    .option('--json', 'print an array')
    .action(async (options: { tenant?: string; json?: boolean }, command: Command) => {
      const { keys } = await openKeys(command);
      const found: ApiKeyInfo[] = [];
      for await (const { api_key: _, ...key } of keys.list()) {
        if (options.tenant === undefined || key.tenant === options.tenant) found.push(key);
      }
      printAnswer(options, found, () =>
        formatTable(
          ['key_id', 'tenant', 'tier', 'rights', 'name', 'enabled', 'created_at'],
          found.map((key) => ({ ...key, rights: formatRights(key.rights) })),
        ),
      );
    });
}

function revokeCommand(): Command {
  return new Command('revoke')
    .description('revoke a key: the API refuses it from now on')
    .argument('<key_id>', 'as `keys list` shows it')
    .option('--json', 'print one line of JSON')
    .action(async (key_id: string, options: { json?: boolean }, command: Command) => {
      const { stack, keys } = await openKeys(command);
      try {
        await withAudit(stack, { act: 'revoke_key', selectors: { key_id } }, () =>
          keys.revoke(key_id),
        );
      } catch (error) {
        if ((error as Error).name !== 'NotFoundException') throw error;
        throw new Advice(`There is no key ${key_id}.`, 'See `aurastream keys list`.');
      }
      printAnswer(options, { revoked: key_id }, () => `Revoked ${key_id}.`);
    });
}

function secretCommand(): Command {
  return new Command('secret')
    .description('print the secret that signs the callbacks of a tenant')
    .requiredOption('--tenant <tenant>', 'the tenant', aSlug)
    .option('--json', 'print one line of JSON')
    .action(async (options: { tenant: string; json?: boolean }, command: Command) => {
      const { stack, readSecret } = await openKeys(command);
      const { tenant } = options;
      const callback_secret = await withAudit(stack, { act: 'read_callback_secret', tenant }, () =>
        readSecret(tenant),
      );
      printAnswer(options, { callback_secret }, () => callback_secret);
    });
}

async function openKeys(command: Command) {
  const stack = await connect(command);
  const { UsagePlanIds, CallbackSecretArn } = stack;
  const secret = createSecret({ secret_id: CallbackSecretArn });
  return {
    stack,
    keys: createApiKeys({ usage_plan_ids: UsagePlanIds }),
    readSecret: async (tenant: string) => deriveCallbackSecret(await secret(), tenant),
  };
}
