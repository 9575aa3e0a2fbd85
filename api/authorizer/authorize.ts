import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { type AuthorizerEnvironment, parseApiKey } from '../../schemas/index.ts';

/**
 * Tells API Gateway which tenant the API key of a request belongs to. API Gateway itself checks that the key exists and
 * that its usage plan allows the request. This function denies keys in another format than ours.
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
    if (claims === undefined) return policyFor('unknown', 'Deny', resource);
    const { tenant, tier } = claims;
    const { requests_per_second, burst_requests } = TIERS[tier];
    return {
      ...policyFor(tenant, 'Allow', resource),
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

/** The policy allows the whole stage, because API Gateway caches it by key and reuses it for other paths. */
function wholeStage(method_arn: string): string {
  const [arn, stage] = method_arn.split('/');
  return `${arn}/${stage}/*`;
}

function policyFor(
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
