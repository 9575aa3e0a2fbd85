import { type PolicyStatement, statementCovers } from '../../gateway/policy.ts';
import { ACCOUNT_ID, REGION } from '../../gateway/types.ts';
import type { Invocation } from '../function/invocation.ts';
import type { Stack } from '../template/stack.ts';
import type { ApiRequest } from './proxy-event.ts';

/** A REQUEST or TOKEN authorizer as the template has it. */
export interface AuthorizerSpec {
  id: string;
  type: 'REQUEST' | 'TOKEN';
  /** Lower-case names of the headers that it goes by: without one of them nobody is asked. */
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

/** Source: https://docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html */
const TTL_SECONDS = 300;

/** @throws {Error} for an authorizer that is not played here. */
export function authorizerSpecs(stack: Stack): Map<string, AuthorizerSpec> {
  return new Map(
    stack.resources('AWS::ApiGateway::Authorizer').map((resource) => {
      const properties = resource.properties() as unknown as AuthorizerProperties;
      const { Type, IdentitySource = '' } = properties;
      const function_arn = /functions\/(arn:[^/]+)\/invocations/.exec(
        properties.AuthorizerUri ?? '',
      )?.[1];
      if ((Type !== 'REQUEST' && Type !== 'TOKEN') || function_arn === undefined) {
        throw new Error(`${resource.logical_id}: an authorizer ${Type} is not played here.`);
      }
      const sources = IdentitySource.split(',').map((source) => source.trim());
      const identity_headers = sources.map((source) => {
        const name = /^method\.request\.header\.(.+)$/.exec(source)?.[1];
        if (name === undefined) {
          throw new Error(`${resource.logical_id}: ${source} is not played here, only headers.`);
        }
        return name.toLowerCase();
      });
      const ttl_ms = Number(properties.AuthorizerResultTtlInSeconds ?? TTL_SECONDS) * 1_000;
      const id = resource.physical_id;
      const spec: AuthorizerSpec = { id, type: Type, identity_headers, ttl_ms, function_arn };
      return [resource.physical_id, spec] as const;
    }),
  );
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

/** Asks an authorizer, and remembers what it said of an identity for as long as the template lets it. */
export function createAuthorizer(options: {
  spec: AuthorizerSpec;
  api: { id: string; stage: string };
  invoke: (function_arn: string, payload: string) => Promise<Invocation>;
  now: () => number;
}): (request: ApiRequest, event: object) => Promise<Authorized> {
  const { spec, api, now } = options;
  const known = new Map<string, { answer: AuthorizerAnswer; until: number }>();
  return async (request, event) => {
    const identity = spec.identity_headers.map((name) => request.headers[name] ?? '');
    if (identity.some((value) => value === '')) return { kind: 'UNAUTHORIZED' };
    const method_arn = `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:${api.id}/${api.stage}/${request.method}${request.path}`;
    const key = JSON.stringify(identity);
    const remembered = known.get(key);
    let answer =
      remembered !== undefined && remembered.until > now() ? remembered.answer : undefined;
    if (answer === undefined) {
      const payload =
        spec.type === 'TOKEN'
          ? { type: 'TOKEN', authorizationToken: identity[0], methodArn: method_arn }
          : { ...event, type: 'REQUEST', methodArn: method_arn };
      const invocation = await options.invoke(spec.function_arn, JSON.stringify(payload));
      if (invocation.kind !== 'answered') {
        const says = 'payload' in invocation ? invocation.payload : '';
        const is_refusal = says.includes('"errorMessage":"Unauthorized"');
        return { kind: is_refusal ? 'UNAUTHORIZED' : 'AUTHORIZER_FAILURE' };
      }
      answer = JSON.parse(invocation.payload) as AuthorizerAnswer;
      known.set(key, { answer, until: now() + spec.ttl_ms });
    }
    return judged(answer, method_arn);
  };
}

function judged(answer: AuthorizerAnswer | null, method_arn: string): Authorized {
  if (answer?.principalId === undefined || answer.policyDocument === undefined) {
    return { kind: 'AUTHORIZER_CONFIGURATION_ERROR' };
  }
  const permission = { action: 'execute-api:Invoke', resource: method_arn };
  const covering = [answer.policyDocument.Statement]
    .flat()
    .filter((statement) => statementCovers(statement, permission));
  const is_denied = covering.some(({ Effect }) => Effect === 'Deny');
  if (is_denied || covering.length === 0) return { kind: 'ACCESS_DENIED' };
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
