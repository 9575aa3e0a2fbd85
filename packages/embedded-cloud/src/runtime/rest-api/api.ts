import type { Resource } from '../template/resource.ts';
import type { Stack } from '../template/stack.ts';
import type { IntegrationProperties } from './integration-properties.ts';
import { type RouteIntegration, readIntegration } from './route-integration.ts';
import { type MethodSetting, readThrottles, type StageThrottles } from './throttles.ts';

/** A method of a REST API's resource, with the integration that answers the method's requests. */
export interface Route {
  /** Path of the resource in the template, for example `/jobs/{id}` or `/{proxy+}`. */
  resource_path: string;
  resource_id: string;
  /** HTTP method, such as `GET`, or `ANY`. */
  method: string;
  integration: RouteIntegration;
  needs_key: boolean;
  /** Id of the route's authorizer. If the field is absent, the route has no authorizer. */
  authorizer_id?: string;
}

/** A REST API with one stage, as the template describes it. */
export interface RestApi {
  id: string;
  stage: string;
  stage_variables: Record<string, string> | null;
  binary_media_types: string[];
  routes: Route[];
  throttles: StageThrottles;
  /** Size from which answers are compressed, in bytes. Undefined if answers are not compressed. */
  minimum_compression_bytes: number | undefined;
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
  Integration?: IntegrationProperties;
}

interface StageProperties {
  RestApiId: string;
  Variables?: Record<string, string>;
  MethodSettings?: MethodSetting[];
}

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
    const { BinaryMediaTypes: binary, ApiKeySourceType, MinimumCompressionSize } = api.properties();
    return {
      id,
      stage: stage.physical_id,
      stage_variables: properties.Variables ?? null,
      binary_media_types: Array.isArray(binary) ? binary.map(String) : [],
      routes: routesOf(stack, api),
      throttles: readThrottles(stage.logical_id, properties.MethodSettings ?? []),
      minimum_compression_bytes:
        MinimumCompressionSize === undefined ? undefined : Number(MinimumCompressionSize),
      key_source: ApiKeySourceType === 'AUTHORIZER' ? 'AUTHORIZER' : 'HEADER',
    };
  });
}

function routesOf(stack: Stack, api: Resource): Route[] {
  const paths = resourcePaths(stack, api);
  const is_edge_optimized = isEdgeOptimized(api);
  return stack
    .resources('AWS::ApiGateway::Method')
    .map((method) => ({ method, properties: method.properties() as unknown as MethodProperties }))
    .filter(({ properties }) => properties.RestApiId === api.physical_id)
    .map(({ method, properties }) => {
      refuseUnsupported(method, properties);
      return {
        resource_path: paths.get(properties.ResourceId) ?? '/',
        resource_id: properties.ResourceId,
        method: properties.HttpMethod,
        integration: readIntegration(method, properties.Integration, is_edge_optimized),
        needs_key: String(properties.ApiKeyRequired ?? false) === 'true',
        ...(properties.AuthorizerId === undefined
          ? {}
          : { authorizer_id: properties.AuthorizerId }),
      };
    });
}

/**
 * Returns true if the endpoint of an API is edge-optimized, which is the default.
 * Source:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-restapi.html
 */
function isEdgeOptimized(api: Resource): boolean {
  const { EndpointConfiguration } = api.properties() as {
    EndpointConfiguration?: { Types?: string[] };
  };
  const [type = 'EDGE'] = EndpointConfiguration?.Types ?? [];
  return type === 'EDGE';
}

function refuseUnsupported(
  method: Resource,
  { AuthorizationType = 'NONE' }: MethodProperties,
): void {
  if (['NONE', 'CUSTOM'].includes(AuthorizationType)) return;
  throw new Error(
    `${method.logical_id} (${method.type}): authorization ${AuthorizationType} is not emulated. ` +
      'Use NONE or a custom authorizer.',
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
