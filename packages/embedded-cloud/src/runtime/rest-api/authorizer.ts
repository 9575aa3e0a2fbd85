import { type PolicyStatement, statementCovers } from '../../gateway/policy.ts';
import { ACCOUNT_ID, REGION } from '../../gateway/types.ts';
import type { Invocation } from '../function/invocation.ts';
import type { Resource } from '../template/resource.ts';
import type { Stack } from '../template/stack.ts';
import type { ApiRequest } from './proxy-event.ts';

/** A REQUEST or TOKEN authorizer as the template describes it. */
export interface AuthorizerSpec {
  id: string;
  type: 'REQUEST' | 'TOKEN';
  /**
   * Lower-case names of the headers that identify the caller. A request that lacks one of these
   * headers is unauthorized.
   */
  identity_headers: string[];
  ttl_ms: number;
  function_arn: string;
}

interface AuthorizerProperties {
  Type: string;
  IdentitySource?: string;
  AuthorizerResultTtlInSeconds?: number;
  AuthorizerUri?: string;
}

/**
 * Default lifetime of a cached answer of an authorizer, in seconds.
 * Source: https://docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html
 */
const TTL_SECONDS = 300;
const MAX_TTL_SECONDS = 3_600;

/**
 * Reads the authorizers of the template, by id. Without a cache, a REQUEST authorizer needs no
 * identity source, and its function is invoked for each request.
 * @throws {Error} if API Gateway would refuse an authorizer, or if it is not emulated.
 */
export function authorizerSpecs(stack: Stack): Map<string, AuthorizerSpec> {
  const specs = stack.resources('AWS::ApiGateway::Authorizer').map(authorizerSpec);
  return new Map(specs.map((spec) => [spec.id, spec]));
}

function authorizerSpec(resource: Resource): AuthorizerSpec {
  const properties = resource.properties() as unknown as AuthorizerProperties;
  const { Type, IdentitySource = '', AuthorizerUri = '' } = properties;
  const name = `${resource.logical_id} (${resource.type})`;
  const function_arn = /functions\/(arn:[^/]+)\/invocations/.exec(AuthorizerUri)?.[1];
  if ((Type !== 'REQUEST' && Type !== 'TOKEN') || function_arn === undefined) {
    throw new Error(
      `${name}: the type ${Type} is not emulated. Use REQUEST or TOKEN with a function.`,
    );
  }
  const ttl_seconds = Number(properties.AuthorizerResultTtlInSeconds ?? TTL_SECONDS);
  if (IdentitySource === '' && (ttl_seconds > 0 || Type === 'TOKEN')) {
    throw new Error(`${name}: a TOKEN authorizer, and one with a cache, needs an identity source.`);
  }
  if (ttl_seconds > MAX_TTL_SECONDS) {
    throw new Error(`${name}: AuthorizerResultTtlInSeconds is ${ttl_seconds}. Set at most 3600.`);
  }
  const sources = IdentitySource === '' ? [] : IdentitySource.split(',');
  const identity_headers = sources.map((source) => {
    const header = /^method\.request\.header\.(.+)$/.exec(source.trim())?.[1];
    if (header !== undefined) return header.toLowerCase();
    throw new Error(`${name}: the identity source ${source.trim()} is not emulated. Use a header.`);
  });
  const ttl_ms = ttl_seconds * 1_000;
  return { id: resource.physical_id, type: Type, identity_headers, ttl_ms, function_arn };
}

export type Authorized =
  | { kind: 'allowed'; context: Record<string, string>; usage_key?: string }
  | { kind: 'UNAUTHORIZED' | 'ACCESS_DENIED' | 'AUTHORIZER_FAILURE' }
  | { kind: 'AUTHORIZER_CONFIGURATION_ERROR' };

interface AuthorizerAnswer {
  principalId?: string;
  policyDocument?: { Statement: PolicyStatement | PolicyStatement[] };
  context?: Record<string, unknown>;
  usageIdentifierKey?: string;
}

export interface AuthorizerOptions {
  spec: AuthorizerSpec;
  api: { id: string; stage: string };
  invoke: (function_arn: string, payload: string) => Promise<Invocation>;
  now: () => number;
}

/**
 * Creates a function that invokes an authorizer. The authorizer's answer is cached separately for
 * each identity, for the time that the template sets.
 */
export function createAuthorizer(options: AuthorizerOptions) {
  const { spec, api, now } = options;
  const cache = new Map<string, { answer: AuthorizerAnswer; until: number }>();
  return async (request: ApiRequest, event: object): Promise<Authorized> => {
    const identity = spec.identity_headers.map((name) => request.headers[name] ?? '');
    if (identity.some((value) => value === '')) return { kind: 'UNAUTHORIZED' };
    const path = `${api.id}/${api.stage}/${request.method}${request.path}`;
    const method_arn = `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:${path}`;
    const key = JSON.stringify(identity);
    const cached = cache.get(key);
    if (cached !== undefined && cached.until > now()) return decide(cached.answer, method_arn);
    const authorizer_event = authorizerEvent(spec, identity, event, method_arn);
    const invocation = await options.invoke(spec.function_arn, JSON.stringify(authorizer_event));
    if (invocation.kind !== 'answered') return refusalOf(invocation);
    const answer = JSON.parse(invocation.payload) as AuthorizerAnswer;
    if (spec.ttl_ms > 0) cache.set(key, { answer, until: now() + spec.ttl_ms });
    return decide(answer, method_arn);
  };
}

function authorizerEvent(
  { type }: AuthorizerSpec,
  [token]: string[],
  event: object,
  methodArn: string,
): object {
  if (type === 'TOKEN') return { type, authorizationToken: token, methodArn };
  return { ...event, type, methodArn };
}

/**
 * Returns why a request is refused if its authorizer returned no answer. If the authorizer threw an
 * error with the message "Unauthorized", the authorizer refused the caller. Any other outcome is
 * reported as a failure of the authorizer.
 */
function refusalOf(invocation: Invocation): Authorized {
  const payload = 'payload' in invocation ? invocation.payload : '';
  const isRefusal = payload.includes('"errorMessage":"Unauthorized"');
  return { kind: isRefusal ? 'UNAUTHORIZED' : 'AUTHORIZER_FAILURE' };
}

function decide(answer: AuthorizerAnswer | null, method_arn: string): Authorized {
  if (answer?.principalId === undefined || answer.policyDocument === undefined) {
    return { kind: 'AUTHORIZER_CONFIGURATION_ERROR' };
  }
  const permission = { action: 'execute-api:Invoke', resource: method_arn };
  const covering = [answer.policyDocument.Statement]
    .flat()
    .filter((statement) => statementCovers(statement, permission));
  const isDenied = covering.some(({ Effect }) => Effect === 'Deny');
  if (isDenied || covering.length === 0) return { kind: 'ACCESS_DENIED' };
  const values = Object.values(answer.context ?? {});
  // API Gateway refuses a context with an object, an array or null.
  // Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
  if (values.some((value) => !['string', 'number', 'boolean'].includes(typeof value))) {
    return { kind: 'AUTHORIZER_CONFIGURATION_ERROR' };
  }
  const context = Object.entries(answer.context ?? {}).map(([name, value]) => [
    name,
    String(value),
  ]);
  return {
    kind: 'allowed',
    context: { ...Object.fromEntries(context), principalId: answer.principalId },
    ...(answer.usageIdentifierKey === undefined ? {} : { usage_key: answer.usageIdentifierKey }),
  };
}
