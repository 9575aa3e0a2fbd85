import { matchesAny } from '../../gateway/policy.ts';
import { ACCOUNT_ID, REGION } from '../../gateway/types.ts';
import type { Stack } from '../template/stack.ts';
import type { RestApi } from './api.ts';

interface PermissionProperties {
  Action: string;
  Principal: string;
  FunctionName: string;
  SourceArn?: string;
}

/**
 * Reads the resource policies of the functions.
 * @returns a function that checks whether API Gateway may invoke a function for a method of a
 * resource.
 */
export function apiPermissions(
  stack: Stack,
  api: RestApi,
): (function_arn: string, resource_path: string, method: string) => boolean {
  const permissions = stack
    .resources('AWS::Lambda::Permission')
    .map((permission) => permission.properties() as unknown as PermissionProperties)
    .filter(({ Action }) => Action === 'lambda:InvokeFunction')
    .filter(({ Principal }) => Principal === 'apigateway.amazonaws.com');
  return (function_arn, resource_path, method) => {
    const path = resource_path.replaceAll(/\{[^}]+\}/g, '*');
    const source = `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:${api.id}/${api.stage}/${method}${path}`;
    return permissions.some(({ FunctionName, SourceArn }) => {
      const isFunction = FunctionName === function_arn || function_arn.endsWith(`:${FunctionName}`);
      return isFunction && (SourceArn === undefined || matchesAny([SourceArn], source));
    });
  };
}
