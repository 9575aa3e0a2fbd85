import { CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { createClient } from '../clients.ts';
import { callService, requireField } from '../errors.ts';

/**
 * Reads the template of a deployed stack, as JSON that is not checked. CDK deploys templates as JSON.
 *
 * @throws {ServiceError} if the call fails.
 * @throws {SyntaxError} if the template is not JSON.
 */
export async function readTemplate(
  stack_name: string,
  client = createClient(CloudFormationClient),
): Promise<unknown> {
  const command = new GetTemplateCommand({ StackName: stack_name });
  const { TemplateBody } = await callService('cloudformation', () => client.send(command));
  return JSON.parse(requireField('cloudformation', 'TemplateBody', TemplateBody));
}
