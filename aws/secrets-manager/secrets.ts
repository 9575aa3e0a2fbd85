import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type CloudAddress, clientConfig, createClient } from '../clients.ts';
import { callService, requireField } from '../errors.ts';

/**
 * Returns a function that reads a secret at the first call and remembers the secret for later
 * calls. If a read fails, the next call reads the secret again.
 *
 * @param deps.cloud address of the cloud that holds the secret. Default: the AWS account of the
 * environment.
 * @throws {ServiceError} from the returned function, if the secret cannot be read.
 */
export function createSecret(deps: {
  client?: Pick<SecretsManagerClient, 'send'>;
  cloud?: CloudAddress;
  secret_id: string;
}): () => Promise<string> {
  const settings = deps.cloud && clientConfig(deps.cloud);
  const client = deps.client ?? createClient(SecretsManagerClient, settings);
  let secret: string | undefined;
  return async () => {
    if (secret !== undefined) return secret;
    const command = new GetSecretValueCommand({ SecretId: deps.secret_id });
    const { SecretString } = await callService('secretsmanager', () => client.send(command));
    secret = requireField('secretsmanager', 'SecretString', SecretString);
    return secret;
  };
}
