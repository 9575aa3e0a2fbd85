import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { type AuthorizerEnvironment, formatRights, parseApiKey } from '../../schemas/index.ts';

/**
 * Creates the function that tells API Gateway to which tenant the API key of a request belongs, and
 * passes on its rights. The function denies a key that does not have AuraStream's format. API Gateway itself checks that the
 * key exists and that the key's usage plan allows the request.
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
    const { tenant, tier, rights, expires_at } = claims;
    const { requests_per_second, burst_requests, open_job_records } = TIERS[tier];
    return {
      ...policyFor(tenant, 'Allow', resource),
      usageIdentifierKey: key,
      context: {
        tenant,
        tier,
        rights: formatRights(rights),
        ...(expires_at === undefined ? {} : { expires_at: String(expires_at) }),
        rate_limit: String(requests_per_second),
        burst: String(burst_requests),
        open_job_records: String(open_job_records),
      },
    };
  };
}

/**
 * Returns the ARN of all paths of the stage. A policy must cover all paths, because API Gateway
 * caches the policy by API key and applies the cached policy to requests for other paths. Each route
 * checks the rights itself.
 */
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
