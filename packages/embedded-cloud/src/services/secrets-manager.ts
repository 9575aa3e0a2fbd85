import { randomInt, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AwsReply, AwsService } from '../gateway/types.ts';
import { jsonBody, jsonError, jsonReply, targetAction } from './wire.ts';

/** A secret that was read from the template. */
export interface SecretSpec {
  arn: string;
  name: string;
  /**
   * Value of the secret in the template. If the template has no value, a value is generated once
   * and then stored.
   */
  value?: string;
  generate?: { length: number; exclude: string };
}

interface SecretVersion {
  value: string;
  version_id: string;
  /** Creation time of the version, in epoch milliseconds. */
  created_at: number;
}

interface StoredSecret extends SecretVersion {
  /** The version that was current before. */
  previous?: SecretVersion;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const DIGITS = '0123456789';
export const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/**
 * Emulates the actions of Secrets Manager that read a secret and give it a new value. The values are
 * stored in a file that only the owner of the file can read.
 *
 * @example
 * const generate = { length: 32, exclude: PUNCTUATION };
 * const specs = [{ arn: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:key-abcdef', name: 'key', generate }];
 * const secrets = createSecretsManager({ path: 'data/secrets.json', specs, now: Date.now });
 */
export function createSecretsManager(options: {
  path: string;
  specs: SecretSpec[];
  now: () => number;
}): AwsService {
  const stored = readStoredSecrets(options.path);
  for (const spec of options.specs) {
    stored[spec.arn] ??= {
      value: spec.value ?? generateValue(spec),
      version_id: randomUUID(),
      created_at: options.now(),
    };
  }
  const save = () => {
    mkdirSync(dirname(options.path), { recursive: true });
    // The file is replaced atomically. Otherwise, a crash could leave a partly written file that
    // cannot be read.
    writeFileSync(`${options.path}.new`, JSON.stringify(stored), { mode: 0o600 });
    renameSync(`${options.path}.new`, options.path);
  };
  save();
  const findSpec = (body: Buffer) => {
    const id = String(jsonBody(body)?.SecretId ?? '');
    return options.specs.find(({ arn, name }) => arn === id || name === id);
  };
  return {
    service: 'secretsmanager',
    actionOf: ({ headers }) => targetAction(headers),
    permissionsOf: ({ action, body }) => [
      { action: `secretsmanager:${action}`, resource: findSpec(body)?.arn ?? '*' },
    ],
    async handle({ action, body }) {
      const spec = findSpec(body);
      if (spec === undefined) {
        const message = "Secrets Manager can't find the specified secret.";
        return jsonError(400, 'ResourceNotFoundException', message);
      }
      const secret = stored[spec.arn]!;
      switch (action) {
        case 'DescribeSecret':
          return jsonReply(200, describe(spec, secret));
        case 'GetSecretValue':
          return getValue(spec, secret, jsonBody(body)?.VersionStage);
        case 'PutSecretValue':
          stored[spec.arn] = putValue(secret, jsonBody(body)?.SecretString, options.now());
          save();
          return jsonReply(200, {
            ARN: spec.arn,
            Name: spec.name,
            VersionId: stored[spec.arn]?.version_id,
            VersionStages: ['AWSCURRENT'],
          });
        default:
          return jsonError(
            400,
            'UnknownOperationException',
            `${action} is not emulated by the embedded Secrets Manager`,
          );
      }
    },
    errorReply: jsonError,
    close: async () => undefined,
  };
}

const describe = ({ arn, name }: SecretSpec, { created_at }: SecretVersion) => ({
  ARN: arn,
  Name: name,
  CreatedDate: created_at / 1_000,
});

/** Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
function getValue(spec: SecretSpec, secret: StoredSecret, stage: unknown = 'AWSCURRENT'): AwsReply {
  const versions: Record<string, SecretVersion | undefined> = {
    AWSCURRENT: secret,
    AWSPREVIOUS: secret.previous,
  };
  const version = versions[String(stage)];
  if (version === undefined) {
    const message = `Secrets Manager can't find the specified secret value for staging label: ${stage}`;
    return jsonError(400, 'ResourceNotFoundException', message);
  }
  return jsonReply(200, {
    ...describe(spec, version),
    SecretString: version.value,
    VersionId: version.version_id,
    VersionStages: [stage],
  });
}

/**
 * Makes a value the current version. The version that was current becomes the previous version.
 * Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
 */
function putValue({ previous: _, ...current }: StoredSecret, value: unknown, now: number) {
  return {
    value: String(value),
    version_id: randomUUID(),
    created_at: now,
    previous: current,
  };
}

function generateValue({ generate = { length: 32, exclude: '' } }: SecretSpec): string {
  const alphabet = [...`${LETTERS}${DIGITS}${PUNCTUATION}`].filter(
    (character) => !generate.exclude.includes(character),
  );
  return Array.from({ length: generate.length }, () => alphabet[randomInt(alphabet.length)]).join(
    '',
  );
}

function readStoredSecrets(path: string): Record<string, StoredSecret> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, StoredSecret>;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw cause;
  }
}
