import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { type AuthorizerEnvironment, formatRights } from '../../schemas/index.ts';
import type { ApiCaller } from './caller.ts';

export interface AuthorizeDeps {
  tiers: AuthorizerEnvironment['TIERS'];
  /** Identifies the caller of an API key. Returns undefined if the key is not valid. */
  identifyKey: (api_key: string) => Promise<ApiCaller | undefined>;
  /** Identifies the caller of a token. Absent if the deployment accepts no tokens. */
  identifyToken?: ((token: string) => Promise<ApiCaller | 'invalid' | undefined>) | undefined;
}

/**
 * Creates the function that tells API Gateway to which tenant the API key or the token of a request
 * belongs, and passes on its rights. API Gateway itself checks that the key exists and that the key's usage plan
 * allows the request.
 *
 * @throws {Error} with the message Unauthorized, to which API Gateway answers 401, or another error if
 * the key or the token cannot be checked. API Gateway then answers 503.
 */
export function createAuthorize(
  deps: AuthorizeDeps,
): (
  event: Pick<APIGatewayRequestAuthorizerEvent, 'headers' | 'methodArn'>,
) => Promise<APIGatewayAuthorizerResult> {
  return async ({ headers, methodArn }) => {
    const caller = await identify(deps, headers);
    // API Gateway answers 401 to exactly this message.
    // Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
    if (caller === 'invalid') throw new Error('Unauthorized');
    const resource = wholeStage(methodArn);
    if (caller === undefined) return policyFor('unknown', 'Deny', resource);
    return {
      ...policyFor(caller.tenant, 'Allow', resource),
      usageIdentifierKey: caller.usage_key,
      context: describeCaller(caller, deps.tiers),
    };
  };
}

/**
 * Identifies a caller by the API key, or by a token if there is no key. Returns `invalid` for a token
 * that is not valid, and for a request without both.
 */
async function identify(
  { identifyKey, identifyToken }: AuthorizeDeps,
  headers: Record<string, string | undefined> | null,
): Promise<ApiCaller | 'invalid' | undefined> {
  const api_key = headerOf(headers, 'x-api-key') ?? '';
  if (identifyToken === undefined || api_key !== '') return identifyKey(api_key);
  const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(headerOf(headers, 'authorization') ?? '');
  return token?.[1] === undefined ? 'invalid' : identifyToken(token[1]);
}

function describeCaller(
  { tenant, tier, rights, expires_at, subject }: ApiCaller,
  tiers: AuthorizeDeps['tiers'],
) {
  const { requests_per_second, burst_requests, open_job_records } = tiers[tier];
  return {
    tenant,
    tier,
    rights: formatRights(rights),
    ...(expires_at === undefined ? {} : { expires_at: String(expires_at) }),
    ...(subject === undefined ? {} : { subject }),
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
