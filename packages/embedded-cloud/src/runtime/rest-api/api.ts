import type { Resource } from '../template/resource.ts';
import type { Stack } from '../template/stack.ts';

/** A method of a REST API's resource, with the function that answers the method's requests. */
export interface Route {
  /** Path of the resource in the template, for example `/jobs/{id}` or `/{proxy+}`. */
  resource_path: string;
  resource_id: string;
  /** HTTP method, such as `GET`, or `ANY`. */
  method: string;
  function_arn: string;
  timeout_ms: number;
  needs_key: boolean;
  /** Id of the route's authorizer. If the field is absent, the route has no authorizer. */
  authorizer_id?: string;
}

/** Limit on the request rate of a stage. */
export interface Throttle {
  requests_per_second: number;
  burst: number;
}

/** A REST API with one stage, as the template describes it. */
export interface RestApi {
  id: string;
  stage: string;
  stage_variables: Record<string, string> | null;
  binary_media_types: string[];
  routes: Route[];
  /** Limit on the stage's request rate. Undefined if the stage has no limit. */
  throttle: Throttle | undefined;
  /**
   * Source of a request's API key. `HEADER` means the header `x-api-key`, and `AUTHORIZER` means
   * the authorizer's answer.
   */
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

/**
 * Maximum duration of an integration, in milliseconds.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
const INTEGRATION_TIMEOUT_MS = 29_000;

/**
 * Reads the REST APIs of the template.
 * @throws {Error} if the template uses a feature that is not emulated. The message contains the
 * resource's id.
 */
export function restApis(stack: Stack): RestApi[] {
  return stack.resources('AWS::ApiGateway::Stage').map((stage) => {
    const properties = stage.properties() as unknown as StageProperties;
    const id = properties.RestApiId;
    const api = stack
      .resources('AWS::ApiGateway::RestApi')
      .find(({ physical_id }) => physical_id === id);
    if (api === undefined)
      throw new Error(`${stage.logical_id} (${stage.type}): the template has no REST API ${id}.`);
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
      refuseUnsupported(method, properties);
      const function_arn = /functions\/(arn:[^/]+)\/invocations/.exec(
        properties.Integration?.Uri ?? '',
      );
      if (function_arn?.[1] === undefined) {
        throw new Error(
          `${method.logical_id} (${method.type}): the Uri of its integration must contain a function's ARN.`,
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

function refuseUnsupported(method: Resource, properties: MethodProperties): void {
  const unsupported = [
    properties.Integration?.Type === 'AWS_PROXY'
      ? ''
      : `integration ${properties.Integration?.Type}`,
    ['NONE', 'CUSTOM'].includes(properties.AuthorizationType ?? 'NONE')
      ? ''
      : `authorization ${properties.AuthorizationType}`,
  ].filter((reason) => reason !== '');
  if (unsupported.length === 0) return;
  throw new Error(
    `${method.logical_id} (${method.type}): ${unsupported.join(', ')} is not emulated. ` +
      'Use AWS_PROXY with NONE or a custom authorizer.',
  );
}

/** Maps the ids of a REST API's resources to their full paths. The root resource is included. */
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
