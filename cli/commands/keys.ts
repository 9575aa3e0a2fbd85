import { Command, Option } from 'commander';
import { type ApiKeyInfo, createApiKeys } from '../../aws/api-gateway/api-keys.ts';
import { createSecret } from '../../aws/secrets-manager/secrets.ts';
import { deriveCallbackSecret, TIERS, type Tier } from '../../schemas/index.ts';
import { connect } from '../cloud.ts';
import { Advice } from '../errors.ts';
import { table } from '../output/table.ts';
import { aSlug } from './options.ts';

interface CreateOptions {
  tenant: string;
  tier: Tier;
  name?: string;
  json?: boolean;
}

/** `aurastream keys`: who may call the API, and how much. */
export function keysCommand(): Command {
  return new Command('keys')
    .description('API keys: who may call the API, and how much')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand())
    .addCommand(secretCommand());
}

function createCommand(): Command {
  return new Command('create')
    .description('make a key of a tenant')
    .requiredOption('--tenant <tenant>', 'whose key it is', aSlug)
    .addOption(
      new Option('--tier <tier>', 'its rate, burst and monthly quota')
        .choices(TIERS)
        .default('starter'),
    )
    .option('--name <name>', 'what to call it in lists')
    .option('--json', 'print one line of JSON')
    .action(async ({ json, ...wanted }: CreateOptions, command: Command) => {
      const { keys, secretOf } = await reached(command);
      const made = await keys.create(wanted);
      const callback_secret = await secretOf(wanted.tenant);
      if (json) return console.log(JSON.stringify({ ...made, callback_secret }));
      console.log(`api key          ${made.api_key}`);
      console.log(`key id           ${made.key_id}`);
      console.log(`tenant           ${made.tenant} (${made.tier})`);
      console.log(`callback secret  ${callback_secret}`);
    });
}

function listCommand(): Command {
  return new Command('list')
    .description('all keys, without their values')
    .option('--tenant <tenant>', 'of this tenant only', aSlug)
    .option('--json', 'print an array')
    .action(async (options: { tenant?: string; json?: boolean }, command: Command) => {
      const { keys } = await reached(command);
      const found: ApiKeyInfo[] = [];
      for await (const { api_key: _, ...key } of keys.list()) {
        if (options.tenant === undefined || key.tenant === options.tenant) found.push(key);
      }
      if (options.json) return console.log(JSON.stringify(found));
      const rows = found.map((key) => ({ ...key }));
      console.log(table(['key_id', 'tenant', 'tier', 'name', 'enabled', 'created_at'], rows));
    });
}

function revokeCommand(): Command {
  return new Command('revoke')
    .description('end a key: it is refused from now on')
    .argument('<key_id>', 'as `keys list` shows it')
    .option('--json', 'print one line of JSON')
    .action(async (key_id: string, options: { json?: boolean }, command: Command) => {
      const { keys } = await reached(command);
      try {
        await keys.revoke(key_id);
      } catch (error) {
        if ((error as Error).name !== 'NotFoundException') throw error;
        throw new Advice(`There is no key ${key_id}.`, 'See `aurastream keys list`.');
      }
      console.log(options.json ? JSON.stringify({ revoked: key_id }) : `Revoked ${key_id}.`);
    });
}

function secretCommand(): Command {
  return new Command('secret')
    .description('with what the callbacks of a tenant are signed')
    .requiredOption('--tenant <tenant>', 'whose', aSlug)
    .option('--json', 'print one line of JSON')
    .action(async (options: { tenant: string; json?: boolean }, command: Command) => {
      const { secretOf } = await reached(command);
      const callback_secret = await secretOf(options.tenant);
      console.log(options.json ? JSON.stringify({ callback_secret }) : callback_secret);
    });
}

async function reached(command: Command) {
  const { UsagePlanIds, CallbackSecretArn } = await connect(command);
  const secret = createSecret({ secret_id: CallbackSecretArn });
  return {
    keys: createApiKeys({ usage_plan_ids: UsagePlanIds }),
    secretOf: async (tenant: string) => deriveCallbackSecret(await secret(), tenant),
  };
}
