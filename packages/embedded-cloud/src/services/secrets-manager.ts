import { randomInt, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AwsService } from '../gateway/types.ts';
import { jsonBody, jsonError, jsonReply, targetAction } from './wire.ts';

/** A secret as the template has it. */
export interface SecretSpec {
  arn: string;
  name: string;
  /** As it is given; else it is generated once. */
  value?: string;
  generate?: { length: number; exclude: string };
}

interface Kept {
  value: string;
  version_id: string;
  created_at: number;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const DIGITS = '0123456789';
export const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** Secrets Manager as far as a function asks it for a secret; values are kept in a file that only its owner reads. */
export function createSecretsManager(options: {
  path: string;
  specs: SecretSpec[];
  now: () => number;
}): AwsService {
  const kept = load(options.path);
  for (const spec of options.specs) {
    kept[spec.arn] ??= {
      value: spec.value ?? generated(spec),
      version_id: randomUUID(),
      created_at: options.now(),
    };
  }
  mkdirSync(dirname(options.path), { recursive: true });
  // Whole or not at all: what a crash cut short could not be read again.
  writeFileSync(`${options.path}.new`, JSON.stringify(kept), { mode: 0o600 });
  renameSync(`${options.path}.new`, options.path);
  const found = (body: Buffer) => {
    const id = String(jsonBody(body)?.SecretId ?? '');
    return options.specs.find(({ arn, name }) => arn === id || name === id);
  };
  return {
    service: 'secretsmanager',
    actionOf: ({ headers }) => targetAction(headers),
    permissionsOf: ({ action, body }) => [
      { action: `secretsmanager:${action}`, resource: found(body)?.arn ?? '*' },
    ],
    async handle({ action, body }) {
      const spec = found(body);
      if (spec === undefined) {
        const message = "Secrets Manager can't find the specified secret.";
        return jsonError(400, 'ResourceNotFoundException', message);
      }
      const { value, version_id, created_at } = kept[spec.arn]!;
      const described = { ARN: spec.arn, Name: spec.name, CreatedDate: created_at / 1_000 };
      if (action === 'DescribeSecret') return jsonReply(200, described);
      if (action !== 'GetSecretValue') {
        return jsonError(400, 'UnknownOperationException', `${action} is not played here`);
      }
      return jsonReply(200, {
        ...described,
        SecretString: value,
        VersionId: version_id,
        VersionStages: ['AWSCURRENT'],
      });
    },
    errorReply: jsonError,
    close: async () => undefined,
  };
}

function generated({ generate = { length: 32, exclude: '' } }: SecretSpec): string {
  const alphabet = [...`${LETTERS}${DIGITS}${PUNCTUATION}`].filter(
    (character) => !generate.exclude.includes(character),
  );
  return Array.from({ length: generate.length }, () => alphabet[randomInt(alphabet.length)]).join(
    '',
  );
}

function load(path: string): Record<string, Kept> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, Kept>;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw cause;
  }
}
