import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, expect, it, vi } from 'vitest';
import { settings } from '../../infra/settings.ts';
import { readDocNumber, readDocTable } from '../support/doc-tables.ts';
import { listResources, synthesize } from '../support/template.ts';

vi.mock('../../infra/bundling.ts', () => import('../support/no-bundles.ts'));

let template: Template;
beforeAll(() => {
  template = synthesize();
});

const listApi = (type: string) => listResources(template, `AWS::ApiGateway::${type}`);

it('the API takes the key of a request from the authorizer, and any address may call it', () => {
  expect(listApi('RestApi')).toEqual({
    ApiRestApi: {
      Name: 'AuraStream',
      ApiKeySourceType: 'AUTHORIZER',
      EndpointConfiguration: { Types: ['REGIONAL'] },
    },
  });
});

it('the stage throttles each method, and logs neither requests nor responses', () => {
  expect(Object.values(listApi('Stage'))).toEqual([
    {
      StageName: 'v1',
      RestApiId: 'ApiRestApi',
      DeploymentId: expect.any(String),
      MethodSettings: [
        {
          HttpMethod: '*',
          ResourcePath: '/*',
          ThrottlingRateLimit: 1_000,
          ThrottlingBurstLimit: 2_000,
          DataTraceEnabled: false,
        },
      ],
    },
  ]);
});

it('the authorizer reads the header X-API-Key, and API Gateway keeps its answer for five minutes', () => {
  expect(listApi('Authorizer')).toEqual({
    ApiAuthorizer: {
      Type: 'REQUEST',
      Name: expect.any(String),
      RestApiId: 'ApiRestApi',
      IdentitySource: 'method.request.header.X-API-Key',
      AuthorizerResultTtlInSeconds: 300,
      AuthorizerUri: expect.stringContaining('/functions/ApiAuthorizerHandler.Arn/invocations'),
    },
  });
});

it('every path needs a key that the authorizer accepts, except health, readiness and documentation', () => {
  const resources = listApi('Resource');
  const pathOf = (id: string): string => {
    const resource = resources[id];
    return resource === undefined ? '' : `${pathOf(resource.ParentId)}/${resource.PathPart}`;
  };
  const methods = Object.values(listApi('Method')).map((method) => {
    expect(method).toMatchObject({
      HttpMethod: 'ANY',
      Integration: {
        Type: 'AWS_PROXY',
        IntegrationHttpMethod: 'POST',
        Uri: expect.stringContaining('/functions/ApiHandler.Arn/invocations'),
      },
    });
    const { ApiKeyRequired = false, AuthorizationType, AuthorizerId } = method;
    return [pathOf(method.ResourceId), [ApiKeyRequired, AuthorizationType, AuthorizerId]];
  });
  const closed = [true, 'CUSTOM', 'ApiAuthorizer'];
  const open = [false, 'NONE', undefined];
  expect(Object.fromEntries(methods)).toEqual({
    '': closed,
    '/{proxy+}': closed,
    '/health': open,
    '/ready': open,
    '/openapi.json': open,
    '/docs': open,
    '/docs/{proxy+}': open,
  });
});

it('each tier has a usage plan of the stage with the rate, burst and quota of docs/api.md', () => {
  const tiers = readDocTable('docs/api.md', 'Keys and tiers');
  const plans = tiers.map(({ tier = '', burst, ...limits }) => ({
    UsagePlanName: `AuraStream ${tier.charAt(0).toUpperCase()}${tier.slice(1)}`,
    Throttle: {
      RateLimit: readDocNumber(limits['requests a second']),
      BurstLimit: readDocNumber(burst),
    },
    Quota: { Limit: readDocNumber(limits['requests a month']), Period: 'MONTH' },
    ApiStages: [{ ApiId: 'ApiRestApi', Stage: 'ApiRestApiDeploymentStagev1', Throttle: {} }],
  }));
  expect(Object.values(listApi('UsagePlan'))).toEqual(plans);
  expect(tiers.map(({ tier }) => tier)).toEqual(Object.keys(settings.tiers));
});

it('API Gateway answers with the status and code of docs/api.md, and says when to retry', () => {
  const statuses = Object.fromEntries(
    readDocTable('docs/api.md', 'Errors').map(({ code, status }) => [code, status]),
  );
  const found = Object.values(listApi('GatewayResponse')).map((response) => {
    const { ResponseType, StatusCode, ResponseTemplates, ResponseParameters } = response;
    const { error } = JSON.parse(ResponseTemplates['application/json']);
    expect(error).toMatchObject({ request_id: '$context.requestId', message: expect.any(String) });
    expect(StatusCode, ResponseType).toBe(statuses[error.code]);
    const retry = ResponseParameters['gatewayresponse.header.Retry-After'];
    expect(retry).toBe(error.retry_after === undefined ? undefined : `'${error.retry_after}'`);
    return [ResponseType, [error.code, error.retry_after]];
  });
  expect(Object.fromEntries(found)).toEqual({
    UNAUTHORIZED: ['UNAUTHORIZED', undefined],
    ACCESS_DENIED: ['FORBIDDEN', undefined],
    INVALID_API_KEY: ['FORBIDDEN', undefined],
    THROTTLED: ['RATE_LIMIT_EXCEEDED', 1],
    QUOTA_EXCEEDED: ['RATE_LIMIT_EXCEEDED', 3_600],
    REQUEST_TOO_LARGE: ['PAYLOAD_TOO_LARGE', undefined],
    MISSING_AUTHENTICATION_TOKEN: ['NOT_FOUND', undefined],
    INTEGRATION_TIMEOUT: ['SERVICE_UNAVAILABLE', 5],
    DEFAULT_5XX: ['INTERNAL_ERROR', undefined],
    BAD_REQUEST_BODY: ['VALIDATION_ERROR', undefined],
  });
});

it('a 429 of API Gateway has the rate of the tier, and no request remains', () => {
  for (const { StatusCode, ResponseParameters } of Object.values(listApi('GatewayResponse'))) {
    const { 'gatewayresponse.header.Retry-After': retry } = ResponseParameters;
    expect(ResponseParameters).toEqual({
      'gatewayresponse.header.X-Request-ID': 'context.requestId',
      ...(retry === undefined ? {} : { 'gatewayresponse.header.Retry-After': retry }),
      ...(StatusCode === '429'
        ? {
            'gatewayresponse.header.X-RateLimit-Limit': 'context.authorizer.rate_limit',
            'gatewayresponse.header.X-RateLimit-Remaining': "'0'",
            'gatewayresponse.header.X-RateLimit-Reset': retry,
          }
        : {}),
    });
  }
});

it('API Gateway alone may invoke the functions of the API, each by its own paths', () => {
  for (const permission of Object.values(listResources(template, 'AWS::Lambda::Permission'))) {
    expect(permission).toMatchObject({
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
      SourceArn: expect.stringContaining(':ApiRestApi/'),
    });
    expect(['ApiHandler.Arn', 'ApiAuthorizerHandler.Arn']).toContain(permission.FunctionName);
  }
});
