import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { type AuthorizerEnvironment, formatRights } from '../../schemas/index.ts';
import type { ApiCaller } from './caller.ts';

export interface AuthorizeDeps {
  tiers: AuthorizerEnvironment['TIERS'];
  /** Identifies the caller of an API key. Returns undefined if the key is not valid. */
  identifyKey: (api_key: string) => Promise<ApiCaller | undefined>;
}

/**
 * Creates the function that tells API Gateway to which tenant the API key of a request belongs, and
 * passes on its rights. API Gateway itself checks that the key exists and that the key's usage plan
 * allows the request.
 *
 * @throws {Error} if it cannot be told whether the key is valid. API Gateway then answers 503.
 */
export function createAuthorize({
  tiers,
  identifyKey,
}: AuthorizeDeps): (
  event: Pick<APIGatewayRequestAuthorizerEvent, 'headers' | 'methodArn'>,
) => Promise<APIGatewayAuthorizerResult> {
  return async ({ headers, methodArn }) => {
    const caller = await identifyKey(headerOf(headers, 'x-api-key') ?? '');
    const resource = wholeStage(methodArn);
    if (caller === undefined) return policyFor('unknown', 'Deny', resource);
    return {
      ...policyFor(caller.tenant, 'Allow', resource),
      usageIdentifierKey: caller.usage_key,
      context: describeCaller(caller, tiers),
    };
  };
}

function describeCaller(
  { tenant, tier, rights, expires_at }: ApiCaller,
  tiers: AuthorizeDeps['tiers'],
) {
  const { requests_per_second, burst_requests, open_job_records } = tiers[tier];
  return {
    tenant,
    tier,
    rights: formatRights(rights),
    ...(expires_at === undefined ? {} : { expires_at: String(expires_at) }),
    rate_limit: String(requests_per_second),
    burst: String(burst_requests),
    open_job_records: String(open_job_records),
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
