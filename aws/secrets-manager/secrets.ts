import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type CloudAddress, clientConfig, PATIENCE, quiet, serviceError } from '../clients.ts';

/** Reads a secret once and remembers it. @throws {ServiceError} and reads again the next time. */
export function createSecret(deps: {
  client?: Pick<SecretsManagerClient, 'send'>;
  secret_id: string;
}): () => Promise<string> {
  const client = deps.client ?? quiet(new SecretsManagerClient({ requestHandler: PATIENCE }));
  let known: string | undefined;
  return async () => {
    if (known !== undefined) return known;
    const { SecretString } = await client
      .send(new GetSecretValueCommand({ SecretId: deps.secret_id }))
      .catch((cause: unknown) => {
        throw serviceError('secretsmanager', cause);
      });
    known = SecretString!;
    return known;
  };
}

/** A secret of a cloud at this address. */
export function connectSecret(cloud: CloudAddress, secret_id: string): () => Promise<string> {
  return createSecret({ client: new SecretsManagerClient(clientConfig(cloud)), secret_id });
}
