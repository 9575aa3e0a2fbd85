import {
  GetSecretValueCommand,
  type GetSecretValueCommandInput,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { ServiceError } from '../../schemas/index.ts';
import { type CloudAddress, clientConfig, createClient } from '../clients.ts';
import { callService, requireField } from '../errors.ts';

export interface SecretDeps {
  client?: Pick<SecretsManagerClient, 'send'>;
  /** Address of the cloud that holds the secret. Default: the AWS account of the environment. */
  cloud?: CloudAddress;
  secret_id: string;
  now?: () => number;
}

/** Time for which a value is remembered. A secret that is replaced is used within this time. */
const REMEMBERED_MS = 300_000;
/** Time after a replacement in which the previous value of a secret still counts. */
const PREVIOUS_COUNTS_MS = 7 * 86_400_000;

/**
 * Returns a function that reads a secret, and remembers the value for five minutes. Calls at the same time
 * share one read. If a read fails, the next call reads the secret again.
 *
 * @throws {ServiceError} from the returned function, if the secret cannot be read.
 */
export function createSecret(deps: SecretDeps): () => Promise<string> {
  const read = createRead(deps);
  return remember(deps.now, async () => (await read()).value);
}

/**
 * Returns a function that reads the current value of a secret and, in the first week after a
 * replacement, the previous value. The current value comes first. Values are remembered for five
 * minutes.
 *
 * @throws {ServiceError} from the returned function, if the secret cannot be read.
 */
export function createRotatingSecret(deps: SecretDeps): () => Promise<string[]> {
  const { now = Date.now } = deps;
  const read = createRead(deps);
  return remember(now, async () => {
    const current = await read();
    if (now() - current.created_at > PREVIOUS_COUNTS_MS) return [current.value];
    const previous = await read('AWSPREVIOUS').catch(ignoreMissing);
    return previous === undefined ? [current.value] : [current.value, previous.value];
  });
}

function createRead({ cloud, client, secret_id }: SecretDeps) {
  const manager = client ?? createClient(SecretsManagerClient, cloud && clientConfig(cloud));
  return async (VersionStage?: string) => {
    const input: GetSecretValueCommandInput = {
      SecretId: secret_id,
      ...(VersionStage === undefined ? {} : { VersionStage }),
    };
    const { SecretString, CreatedDate } = await callService('secretsmanager', () =>
      manager.send(new GetSecretValueCommand(input)),
    );
    return {
      value: requireField('secretsmanager', 'SecretString', SecretString),
      created_at: CreatedDate?.getTime() ?? 0,
    };
  };
}

/** A secret that was never replaced has no previous version. */
function ignoreMissing(error: unknown): undefined {
  if (error instanceof ServiceError && error.code === 'ResourceNotFoundException') return;
  throw error;
}

function remember<Value>(
  now: (() => number) | undefined,
  read: () => Promise<Value>,
): () => Promise<Value> {
  const clock = now ?? Date.now;
  let known: { value: Promise<Value>; until: number } | undefined;
  return async () => {
    if (known !== undefined && clock() < known.until) return known.value;
    const reading = { value: read(), until: clock() + REMEMBERED_MS };
    known = reading;
    try {
      return await reading.value;
    } catch (error) {
      if (known === reading) known = undefined;
      throw error;
    }
  };
}
