import { type PolicyStatement, statementCovers } from '../../gateway/policy.ts';
import { ACCOUNT_ID, REGION } from '../../gateway/types.ts';
import type { Stack } from '../template/stack.ts';
import type { RestApi } from './api.ts';
import type { ApiRequest } from './proxy-event.ts';

/** The decision of the resource policy of an API on a request. */
export type SourceVerdict = 'allowed' | 'denied' | 'silent';

/**
 * Reads the resource policy of a REST API. An API without a policy allows every request.
 *
 * @returns a function that evaluates the policy for a request.
 * Source:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html
 */
export function sourcePolicy(stack: Stack, api: RestApi): (request: ApiRequest) => SourceVerdict {
  const resource = stack
    .resources('AWS::ApiGateway::RestApi')
    .find(({ physical_id }) => physical_id === api.id);
  const { Policy } = (resource?.properties() ?? {}) as {
    Policy?: { Statement: PolicyStatement | PolicyStatement[] };
  };
  if (Policy === undefined) return () => 'allowed';
  const arn = `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:${api.id}`;
  const statements = [Policy.Statement].flat().map((statement) => withFullArns(statement, arn));
  return ({ method, path, source_ip }) => {
    const permission = {
      action: 'execute-api:Invoke',
      resource: `${arn}/${api.stage}/${method}${path}`,
    };
    const covering = statements.filter((statement) =>
      statementCovers(statement, permission, { 'aws:sourceip': source_ip }),
    );
    if (covering.some(({ Effect }) => Effect === 'Deny')) return 'denied';
    return covering.length > 0 ? 'allowed' : 'silent';
  };
}

/** Completes resources of the short form `execute-api:/stage/method/path`. */
function withFullArns(statement: PolicyStatement, arn: string): PolicyStatement {
  const { Resource } = statement;
  if (Resource === undefined) return statement;
  return {
    ...statement,
    Resource: [Resource].flat().map((one) => one.replace(/^execute-api:(?=\/)/, arn)),
  };
}
