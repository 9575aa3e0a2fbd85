import type { Resource, Stack } from '../template/stack.ts';

/** One route: a method of a resource, and the function behind it. */
export interface Route {
  /** The resource's path as the template has it: `/jobs/{id}`, `/{proxy+}`. */
  resource_path: string;
  resource_id: string;
  /** `GET`, or `ANY`. */
  method: string;
  function_arn: string;
  timeout_ms: number;
  needs_key: boolean;
  /** Asked before anything else; absent: nobody is. */
  authorizer_id?: string;
}

/** A stage's limit of requests; absent: none. */
export interface Throttle {
  requests_per_second: number;
  burst: number;
}

/** A REST API with its one stage, as the template describes it. */
export interface RestApi {
  id: string;
  stage: string;
  stage_variables: Record<string, string> | null;
  binary_media_types: string[];
  routes: Route[];
  throttle: Throttle | undefined;
  /** Where the API key is: in `x-api-key`, or in what the authorizer says. */
  key_source: 'HEADER' | 'AUTHORIZER';
}

interface MethodProperties {
  RestApiId: string;
  ResourceId: string;
  HttpMethod: string;
  AuthorizationType?: string;
  ApiKeyRequired?: boolean | string;
  AuthorizerId?: string;
  Integration?: { Type?: string; Uri?: string; TimeoutInMillis?: number };
}

interface StageProperties {
  RestApiId: string;
  Variables?: Record<string, string>;
  MethodSettings?: {
    HttpMethod?: string;
    ResourcePath?: string;
    ThrottlingRateLimit?: number;
    ThrottlingBurstLimit?: number;
  }[];
}

/** Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const INTEGRATION_TIMEOUT_MS = 29_000;

/** @throws {Error} that names the resource, where the template asks for what is not played here. */
export function restApis(stack: Stack): RestApi[] {
  return stack.resources('AWS::ApiGateway::Stage').map((stage) => {
    const properties = stage.properties() as unknown as StageProperties;
    const id = properties.RestApiId;
    const api = stack
      .resources('AWS::ApiGateway::RestApi')
      .find(({ physical_id }) => physical_id === id);
    if (api === undefined) throw new Error(`${stage.logical_id}: the template has no API ${id}.`);
    const binary = api.properties().BinaryMediaTypes;
    return {
      id,
      stage: stage.physical_id,
      stage_variables: properties.Variables ?? null,
      binary_media_types: Array.isArray(binary) ? binary.map(String) : [],
      routes: routesOf(stack, api),
      throttle: throttleOf(properties),
      key_source: api.properties().ApiKeySourceType === 'AUTHORIZER' ? 'AUTHORIZER' : 'HEADER',
    };
  });
}

function routesOf(stack: Stack, api: Resource): Route[] {
  const paths = resourcePaths(stack, api);
  return stack
    .resources('AWS::ApiGateway::Method')
    .map((method) => ({ method, properties: method.properties() as unknown as MethodProperties }))
    .filter(({ properties }) => properties.RestApiId === api.physical_id)
    .map(({ method, properties }) => {
      refuseUnplayed(method, properties);
      const function_arn = /functions\/(arn:[^/]+)\/invocations/.exec(
        properties.Integration?.Uri ?? '',
      );
      if (function_arn?.[1] === undefined) {
        throw new Error(
          `${method.logical_id} (${method.type}): its integration names no function.`,
        );
      }
      return {
        resource_path: paths.get(properties.ResourceId) ?? '/',
        resource_id: properties.ResourceId,
        method: properties.HttpMethod,
        function_arn: function_arn[1],
        timeout_ms: Number(properties.Integration?.TimeoutInMillis ?? INTEGRATION_TIMEOUT_MS),
        needs_key: String(properties.ApiKeyRequired ?? false) === 'true',
        ...(properties.AuthorizerId === undefined
          ? {}
          : { authorizer_id: properties.AuthorizerId }),
      };
    });
}

function refuseUnplayed(method: Resource, properties: MethodProperties): void {
  const unplayed = [
    properties.Integration?.Type === 'AWS_PROXY'
      ? ''
      : `integration ${properties.Integration?.Type}`,
    ['NONE', 'CUSTOM'].includes(properties.AuthorizationType ?? 'NONE')
      ? ''
      : `authorization ${properties.AuthorizationType}`,
  ].filter((reason) => reason !== '');
  if (unplayed.length === 0) return;
  throw new Error(
    `${method.logical_id} (${method.type}): ${unplayed.join(', ')} is not played here.`,
  );
}

/** Each resource's whole path by its id, the root's included. */
function resourcePaths(stack: Stack, api: Resource): Map<string, string> {
  const parts = new Map(
    stack.resources('AWS::ApiGateway::Resource').map((resource) => {
      const { ParentId, PathPart } = resource.properties();
      return [resource.physical_id, { parent: String(ParentId), part: String(PathPart) }];
    }),
  );
  const path = (id: string): string => {
    const own = parts.get(id);
    return own === undefined ? '' : `${path(own.parent)}/${own.part}`;
  };
  const root = api.attribute('RootResourceId');
  return new Map([[root, '/'], ...[...parts.keys()].map((id): [string, string] => [id, path(id)])]);
}

function throttleOf({ MethodSettings = [] }: StageProperties): Throttle | undefined {
  const whole = MethodSettings.find(
    ({ HttpMethod, ResourcePath }) => HttpMethod === '*' && ResourcePath === '/*',
  );
  if (whole?.ThrottlingRateLimit === undefined) return undefined;
  const requests_per_second = Number(whole.ThrottlingRateLimit);
  return {
    requests_per_second,
    burst: Number(whole.ThrottlingBurstLimit ?? requests_per_second),
  };
}
