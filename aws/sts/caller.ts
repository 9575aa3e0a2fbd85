import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { createClient } from '../clients.ts';
import { callService, requireField } from '../errors.ts';

/**
 * Returns the ARN of the principal whose credentials sign the calls of this process. The call needs no
 * permission. Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 *
 * @throws {ServiceError} if the credentials are not valid.
 */
export async function readCallerArn(
  client: Pick<STSClient, 'send'> = createClient(STSClient),
): Promise<string> {
  const { Arn } = await callService('sts', () => client.send(new GetCallerIdentityCommand({})));
  return requireField('sts', 'Arn', Arn);
}
