import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { type AuthorizerEnvironment, parseApiKey } from '../../schemas/index.ts';

/**
 * Tells API Gateway whose key a request has. Whether the key exists, and what it may still use, API Gateway itself
 * holds against the usage plan; a key that is none of ours is refused here.
 */
export function createAuthorize({
  TIERS,
}: AuthorizerEnvironment): (
  event: Pick<APIGatewayRequestAuthorizerEvent, 'headers' | 'methodArn'>,
) => APIGatewayAuthorizerResult {
  return ({ headers, methodArn }) => {
    const key = headerOf(headers, 'x-api-key') ?? '';
    const claims = parseApiKey(key);
    const resource = wholeStage(methodArn);
    if (claims === undefined) return result('nobody', 'Deny', resource);
    const { tenant, tier } = claims;
    const { requests_per_second, burst_requests } = TIERS[tier];
    return {
      ...result(tenant, 'Allow', resource),
      usageIdentifierKey: key,
      context: {
        tenant,
        tier,
        rate_limit: String(requests_per_second),
        burst: String(burst_requests),
      },
    };
  };
}

/** API Gateway remembers the answer for the key, whatever is asked for next: so it is about all of the stage. */
function wholeStage(method_arn: string): string {
  const [arn, stage] = method_arn.split('/');
  return `${arn}/${stage}/*`;
}

function result(
  principalId: string,
  Effect: 'Allow' | 'Deny',
  Resource: string,
): APIGatewayAuthorizerResult {
  return {
    principalId,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect, Resource }],
    },
  };
}

function headerOf(
  headers: Record<string, string | undefined> | null,
  name: string,
): string | undefined {
  return Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
}
