import { Command, Option } from 'commander';
import { createApiKeys } from '../../aws/api-gateway/api-keys.ts';
import { createKeyStates } from '../../aws/dynamodb/keys/states.ts';
import { createSecret } from '../../aws/secrets-manager/secrets.ts';
import {
  allowTokens,
  createKey,
  KeyConflict,
  type KeyDeps,
  type ListedKey,
  listKeys,
  revokeKey,
  rotateKey,
} from '../../operations/keys/keys.ts';
import type { ApiKey } from '../../operations/keys/ports.ts';
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
import { type OutputOptions, printAnswer } from '../output/print.ts';
import { formatTable } from '../output/table.ts';
import { aSlug, parseDuration, parseRightsOption } from './options.ts';

interface CreateOptions extends OutputOptions {
  tenant: string;
  tier: Tier;
  rights: readonly Right[];
  expiresIn?: number;
  name?: string;
}

interface RotateOptions extends OutputOptions {
  overlap: number;
  expiresIn?: number;
}

const DEFAULT_OVERLAP_MS = 86_400_000;

/** Creates the command `aurastream keys`, which manages the API keys of tenants. */
export function keysCommand(): Command {
  return new Command('keys')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(rotateCommand())
    .addCommand(allowTokensCommand())
    .addCommand(revokeCommand())
    .addCommand(secretCommand());
}

function createCommand(): Command {
  return new Command('create')
    .description('create a key for a tenant')
    .requiredOption('--tenant <tenant>', 'the tenant of the key', aSlug)
    .addOption(tierOption())
    .addOption(rightsOption())
    .option('--expires-in <time>', 'hours or days, as in 12h or 90d', parseDuration)
    .option('--name <name>', 'a name for lists')
    .option('--json', 'print one line of JSON')
    .action(async ({ json, output, expiresIn, ...wanted }: CreateOptions, command: Command) => {
      const { stack, deps, readSecret } = await openKeys(command);
      const { tenant, tier, rights } = wanted;
      const expires_at = expiresIn === undefined ? undefined : deps.now() + expiresIn;
      const [made, callback_secret] = await withAudit(
        stack,
        { act: 'create_key', tenant, selectors: { tier, rights: formatRights(rights) } },
        async () =>
          [await createKey(deps, { ...wanted, expires_at }), await readSecret(tenant)] as const,
      );
      printAnswer({ json, output }, { ...made, callback_secret }, () =>
        [...describeKey(made), `callback secret  ${callback_secret}`].join('\n'),
      );
    });
}

function listCommand(): Command {
  return new Command('list')
    .description('list the keys, without their values')
    .option('--tenant <tenant>', 'only keys of this tenant', aSlug)
    .option('--json', 'print an array')
    .action(async (options: { tenant?: string; json?: boolean }, command: Command) => {
      const { deps } = await openKeys(command);
      const found: ListedKey[] = [];
      for await (const key of listKeys(deps)) {
        if (options.tenant === undefined || key.tenant === options.tenant) found.push(key);
      }
      printAnswer(options, found, () =>
        formatTable(
          [
            ...['key_id', 'tenant', 'tier', 'rights', 'name', 'enabled'],
            ...['created_at', 'expires_at', 'last_used_on'],
          ],
          found.map(toRow),
        ),
      );
    });
}

function rotateCommand(): Command {
  return new Command('rotate')
    .description('replace a key: the old one stays valid for a while')
    .argument('<key_id>', 'as `keys list` shows it')
    .addOption(
      new Option('--overlap <time>', 'how long the old key stays valid, as in 12h or 7d')
        .argParser(parseDuration)
        .default(DEFAULT_OVERLAP_MS, '24h'),
    )
    .option(
      '--expires-in <time>',
      'lifetime of the new key; default: that of the old one',
      parseDuration,
    )
    .option('--json', 'print one line of JSON')
    .action(async (key_id: string, options: RotateOptions, command: Command) => {
      const { stack, deps } = await openKeys(command);
      const { overlap: overlap_ms, expiresIn: lifetime_ms } = options;
      const { made, old_ends_at } = await withAudit(
        stack,
        { act: 'rotate_key', selectors: { key_id } },
        () => rotateKey(deps, { key_id, overlap_ms, lifetime_ms }),
      ).catch(explainRefusal);
      const old_key_expires_at = new Date(old_ends_at).toISOString();
      printAnswer(options, { ...made, old_key_expires_at }, () =>
        [...describeKey(made), `old key          valid until ${old_key_expires_at}`].join('\n'),
      );
    });
}

function allowTokensCommand(): Command {
  return new Command('allow-tokens')
    .description('let tokens of the configured issuer act for a tenant')
    .requiredOption('--tenant <tenant>', 'the tenant', aSlug)
    .addOption(tierOption())
    .addOption(rightsOption())
    .option('--json', 'print one line of JSON')
    .action(async ({ json, output, ...wanted }: CreateOptions, command: Command) => {
      const { stack, deps } = await openKeys(command);
      const { tenant, tier, rights } = wanted;
      const made = await withAudit(
        stack,
        { act: 'create_key', tenant, selectors: { tier, rights: formatRights(rights) } },
        () => allowTokens(deps, wanted),
      ).catch(explainRefusal);
      printAnswer(
        { json, output },
        made,
        () =>
          `Tokens may act for ${tenant}, with at most ${formatRights(rights)}. Key id ${made.key_id}.`,
      );
    });
}

function tierOption(): Option {
  return new Option('--tier <tier>', 'its rate, burst and monthly quota')
    .choices(TIERS)
    .default('starter');
}

function rightsOption(): Option {
  return new Option('--rights <rights>', 'read, publish, jobs and admin, with commas')
    .argParser(parseRightsOption)
    .default(DEFAULT_RIGHTS, formatRights(DEFAULT_RIGHTS));
}

function explainRefusal(error: unknown): never {
  if (!(error instanceof KeyConflict)) throw error;
  throw new Advice(error.message, 'See `aurastream keys list`.');
}

function revokeCommand(): Command {
  return new Command('revoke')
    .description('revoke a key: the API refuses it from now on')
    .argument('<key_id>', 'as `keys list` shows it')
    .option('--json', 'print one line of JSON')
    .action(async (key_id: string, options: { json?: boolean }, command: Command) => {
      const { stack, deps } = await openKeys(command);
      try {
        await withAudit(stack, { act: 'revoke_key', selectors: { key_id } }, () =>
          revokeKey(deps, key_id),
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

function describeKey({ api_key, key_id, tenant, tier, rights, expires_at }: ApiKey): string[] {
  return [
    `api key          ${api_key}`,
    `key id           ${key_id}`,
    `tenant           ${tenant} (${tier})`,
    `rights           ${formatRights(rights)}`,
    `expires          ${expires_at ?? 'never'}`,
  ];
}

function toRow({ rights, expires_at = 'never', last_used_on = 'never', ...key }: ListedKey) {
  const end = key.is_expired ? `${expires_at} (expired)` : expires_at;
  return { ...key, rights: formatRights(rights), expires_at: end, last_used_on };
}

async function openKeys(command: Command) {
  const stack = await connect(command);
  const { UsagePlanIds, CallbackSecretArn, KeysTableName } = stack;
  const secret = createSecret({ secret_id: CallbackSecretArn });
  const deps: KeyDeps = {
    keys: createApiKeys({ usage_plan_ids: UsagePlanIds }),
    states: createKeyStates({ table_name: KeysTableName }),
    now: Date.now,
  };
  return {
    stack,
    deps,
    readSecret: async (tenant: string) => deriveCallbackSecret(await secret(), tenant),
  };
}
