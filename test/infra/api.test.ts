import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { settings } from '../../infra/settings.ts';
import { readDocNumber, readDocTable } from '../support/doc-tables.ts';
import { listOutputs, listResources, type Properties, synthesize } from '../support/template.ts';

let template: Template;
beforeAll(() => {
  template = synthesize();
});

/** The paths that need a key, in the notation of the settings of a stage. */
const KEYED = [
  '/',
  '/~1{proxy+}',
  '/~1jobs',
  '/~1jobs~1{job_id}',
  '/~1jobs~1{job_id}~1{proxy+}',
  '/~1jobs~1{job_id}~1download',
];

const listApi = (type: string) => listResources(template, `AWS::ApiGateway::${type}`);

/** The paths that need no key. */
const OPEN = ['/health', '/ready', '/openapi.json'].concat([
  '/docs',
  '/docs/{proxy+}',
  '/dashboard',
  '/dashboard/{proxy+}',
]);

it('the API takes the key of a request from the authorizer, and any address may call it', () => {
  expect(listApi('RestApi')).toEqual({
    ApiRestApi: {
      Name: 'AuraStream',
      ApiKeySourceType: 'AUTHORIZER',
      EndpointConfiguration: { Types: ['REGIONAL'] },
      MinimumCompressionSize: 1_024,
      // Bodies reach the function byte for byte, so that it can refuse bytes that are not UTF-8.
      BinaryMediaTypes: ['application/json'],
    },
  });
});

const limit = (ResourcePath: string, HttpMethod: string, rate: number, burst: number) => ({
  HttpMethod,
  ResourcePath,
  ThrottlingRateLimit: rate,
  ThrottlingBurstLimit: burst,
  DataTraceEnabled: false,
});

it('the stage is traced, limits the keyless methods to 10 requests per second, and logs neither requests nor responses', () => {
  expect(Object.values(listApi('Stage'))).toEqual([
    {
      StageName: 'v1',
      RestApiId: 'ApiRestApi',
      DeploymentId: expect.any(String),
      TracingEnabled: true,
      AccessLogSetting: expect.anything(),
      MethodSettings: [
        limit('/*', '*', 1_000, 2_000),
        ...OPEN.map((path) => path.replaceAll('/', '~1'))
          .map((path) => `/${path}`)
          .flatMap((path) => ['GET', 'HEAD'].map((method) => limit(path, method, 10, 20))),
        limit('/~1jobs~1{job_id}~1download', 'GET', 0.5, 20),
      ],
    },
  ]);
});

it('the access log has a line for each request with its tenant, and neither the key nor the query', () => {
  const [stage] = Object.values(listApi('Stage'));
  const { DestinationArn, Format } = stage?.AccessLogSetting ?? {};
  expect(DestinationArn).toContain('ApiAccessLog');
  expect(JSON.parse(Format)).toEqual({
    request_id: '$context.requestId',
    time: '$context.requestTimeEpoch',
    tenant: '$context.authorizer.tenant',
    api_key_id: '$context.identity.apiKeyId',
    source_ip: '$context.identity.sourceIp',
    method: '$context.httpMethod',
    path: '$context.path',
    status: '$context.status',
    error: '$context.error.responseType',
    response_bytes: '$context.responseLength',
    latency_ms: '$context.responseLatency',
  });
  expect(Format).not.toMatch(/identity\.apiKey["}]|querystring|requestOverride/i);
  expect(listResources(template, 'AWS::Logs::LogGroup').ApiAccessLog).toMatchObject({
    RetentionInDays: settings.log_retention_days,
  });
});

it('without an access log, the deployment leaves the role of the account with which API Gateway logs alone', () => {
  const roles = (access_log: boolean) =>
    listResources(synthesize({ api: { ...settings.api, access_log } }), 'AWS::ApiGateway::Account');
  expect(Object.keys(roles(true))).toEqual(['ApiRestApiAccount']);
  expect(roles(false)).toEqual({});
});

it('the stage has the name of its setting, each kind of method the limit of its own, and reading the head of a path counts as reading it', () => {
  const limits = (requests_per_second: number) => ({ requests_per_second, burst_requests: 7 });
  const api = {
    ...settings.api,
    stage: 'v9',
    cors_origins: ['*'],
    serves_docs: false,
    serves_dashboard: false,
    each_method: limits(1),
    open_method: limits(2),
    download: { ...settings.api.download, method: limits(3) },
    preflight_method: limits(4),
  };
  const limited = synthesize({ api });
  const [stage] = Object.values(listResources(limited, 'AWS::ApiGateway::Stage'));
  expect([stage?.StageName, listOutputs(limited).ApiStage]).toEqual(['v9', 'v9']);
  const rates = stage?.MethodSettings.map((one: Properties) => {
    expect(one.ThrottlingBurstLimit).toBe(7);
    return [`${one.HttpMethod} ${one.ResourcePath}`, one.ThrottlingRateLimit];
  });
  const open = ['/~1health', '/~1ready', '/~1openapi.json'];
  expect(Object.fromEntries(rates)).toEqual({
    '* /*': 1,
    ...Object.fromEntries(open.flatMap((path) => ['GET', 'HEAD'].map((m) => [`${m} ${path}`, 2]))),
    'GET /~1jobs~1{job_id}~1download': 3,
    ...Object.fromEntries([...KEYED, ...open].map((path) => [`OPTIONS ${path}`, 4])),
  });
});

it('without docs and dashboard, the API has no method for the pages, which then need a key like any other path', () => {
  const api = { ...settings.api, serves_docs: false, serves_dashboard: false };
  const without = synthesize({ api });
  const parts = Object.values(listResources(without, 'AWS::ApiGateway::Resource'));
  expect(parts.map(({ PathPart }) => PathPart).sort()).toEqual([
    'download',
    'health',
    'jobs',
    'openapi.json',
    'ready',
    '{job_id}',
    '{proxy+}',
    '{proxy+}',
  ]);
  const [handler] = Object.entries(listResources(without, 'AWS::Lambda::Function')).filter(
    ([id]) => id === 'ApiHandler',
  );
  expect(handler?.[1].Environment.Variables).toMatchObject({
    SERVES_DOCS: 'false',
    SERVES_DASHBOARD: 'false',
  });
});

describe('with CORS origins', () => {
  const origins = ['https://a.example', 'https://b.example'];
  const listWith = (cors_origins: string[], type: string) =>
    Object.values(
      listResources(
        synthesize({ api: { ...settings.api, cors_origins } }),
        `AWS::ApiGateway::${type}`,
      ),
    );

  it('API Gateway answers preflight requests of every path alone, without a key, and limits their rate', () => {
    const methods = listWith(origins, 'Method');
    const preflights = methods.filter(({ HttpMethod }) => HttpMethod === 'OPTIONS');
    expect(preflights).toHaveLength(new Set(methods.map(({ ResourceId }) => ResourceId)).size);
    for (const method of preflights) {
      const { ApiKeyRequired, AuthorizationType, Integration, MethodResponses } = method;
      expect([ApiKeyRequired, AuthorizationType, Integration.Type]).toEqual([
        false,
        'NONE',
        'MOCK',
      ]);
      expect(Integration.RequestTemplates).toEqual({ 'application/json': '{"statusCode": 204}' });
      const [{ StatusCode, ResponseParameters, ResponseTemplates }] =
        Integration.IntegrationResponses;
      expect(StatusCode).toBe('204');
      expect(ResponseParameters).toEqual({
        'method.response.header.Access-Control-Allow-Origin': "'https://a.example'",
        'method.response.header.Access-Control-Allow-Methods': "'GET,HEAD,POST,DELETE'",
        'method.response.header.Access-Control-Allow-Headers':
          "'Content-Type,X-API-Key,Authorization,Idempotency-Key,If-None-Match'",
        'method.response.header.Access-Control-Max-Age': "'7200'",
        'method.response.header.Vary': "'Origin'",
      });
      // API Gateway passes on only the headers that the response of the method declares.
      expect(MethodResponses).toEqual([
        {
          StatusCode: '204',
          ResponseParameters: Object.fromEntries(
            Object.keys(ResponseParameters).map((name) => [name, true]),
          ),
        },
      ]);
      // A client of HTTP/2 writes the name of the header in lower case.
      const header = (name: string) => `$input.params().header.get("${name}")`;
      const other = '"https://b.example"';
      expect(ResponseTemplates['application/json']).toBe(
        `#if(${header('Origin')} == ${other} || ${header('origin')} == ${other})` +
          `#set($context.responseOverride.header.Access-Control-Allow-Origin = ${other})#end`,
      );
    }
    const [{ MethodSettings = [] } = {}] = listWith(origins, 'Stage');
    const limited = MethodSettings.filter((one: Properties) => one.HttpMethod === 'OPTIONS');
    expect(limited).toHaveLength(preflights.length);
    expect(limited).toContainEqual(limit('/', 'OPTIONS', 100, 200));
  });

  it.each([
    [['*'], "'*'"],
    [['https://a.example'], "'https://a.example'"],
    [origins, 'method.request.header.Origin'],
  ])(
    'for %j, the answers of API Gateway itself allow the origin %s, and let a page read their headers',
    (cors_origins, expected) => {
      const names =
        'Allow,Content-Disposition,ETag,Link,Retry-After,X-Cache-Hit,X-Job-Records,X-Next-Cursor,X-RateLimit-Limit';
      for (const { ResponseParameters } of listWith(cors_origins, 'GatewayResponse')) {
        expect(ResponseParameters).toMatchObject({
          'gatewayresponse.header.Access-Control-Allow-Origin': expected,
          'gatewayresponse.header.Access-Control-Expose-Headers': `'${names},X-RateLimit-Remaining,X-RateLimit-Reset,X-Request-ID'`,
          'gatewayresponse.header.Vary': "'Origin'",
        });
      }
    },
  );

  it('the input bucket takes uploads from pages of these origins and from the dashboard, and no other bucket does', () => {
    const with_origins = synthesize({ api: { ...settings.api, cors_origins: origins } });
    const buckets = Object.entries(listResources(with_origins, 'AWS::S3::Bucket'));
    const rules = buckets.filter(([, { CorsConfiguration }]) => CorsConfiguration !== undefined);
    expect(rules.map(([id, { CorsConfiguration }]) => [id, CorsConfiguration.CorsRules])).toEqual([
      [
        'JobsInputs',
        [origins, [expect.stringMatching(/^https:\/\/ApiRestApi\.execute-api\./)]].map(
          (AllowedOrigins) => ({
            AllowedOrigins,
            AllowedMethods: ['PUT', 'POST'],
            AllowedHeaders: ['Content-Type'],
            ExposedHeaders: ['ETag'],
            MaxAge: 3_600,
          }),
        ),
      ],
    ]);
  });
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
    expect(method.Integration).toMatchObject({ Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST' });
    const { HttpMethod, ApiKeyRequired = false, AuthorizationType, AuthorizerId } = method;
    const name = `${HttpMethod} ${pathOf(method.ResourceId)}`;
    return [name, [ApiKeyRequired, AuthorizationType, AuthorizerId]];
  });
  const closed = [true, 'CUSTOM', 'ApiAuthorizer'];
  const open = [false, 'NONE', undefined];
  expect(Object.fromEntries(methods)).toEqual({
    'ANY ': closed,
    'ANY /{proxy+}': closed,
    'ANY /jobs': closed,
    'ANY /jobs/{job_id}': closed,
    'ANY /jobs/{job_id}/{proxy+}': closed,
    'ANY /jobs/{job_id}/download': closed,
    'GET /jobs/{job_id}/download': closed,
    ...Object.fromEntries(OPEN.map((path) => [`GET ${path}`, open])),
    ...Object.fromEntries(OPEN.map((path) => [`HEAD ${path}`, open])),
    ...Object.fromEntries(OPEN.map((path) => [`ANY ${path}`, closed])),
  });
});

// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
it('API Gateway streams the answers to downloads for up to 15 minutes, and waits for all other answers', () => {
  const integrations = Object.values(listApi('Method')).map(({ Integration }) => Integration);
  const streams = integrations.filter(({ ResponseTransferMode }) => ResponseTransferMode);
  expect(streams).toEqual([
    {
      Type: 'AWS_PROXY',
      IntegrationHttpMethod: 'POST',
      ResponseTransferMode: 'STREAM',
      TimeoutInMillis: 900_000,
      Uri: expect.stringMatching(
        /path\/2021-11-15\/functions\/ApiDownloadHandler\.Arn\/response-streaming-invocations$/,
      ),
    },
  ]);
  for (const { Uri } of integrations.filter((one) => !streams.includes(one))) {
    expect(Uri).toMatch(/path\/2015-03-31\/functions\/ApiHandler\.Arn\/invocations$/);
  }
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

// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html
it('an upload URL that should live longer than the hour of its session is refused at synthesis', () => {
  const withTtl = (upload_url_ttl_seconds: number) =>
    synthesize({ jobs: { ...settings.jobs, upload_url_ttl_seconds } });
  expect(() => withTtl(3_600)).not.toThrow();
  expect(() => withTtl(3_601)).toThrow('Set at most 3600');
});

// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html
it('a limit of uploads that is above the 5 GiB of one upload to S3 is refused at synthesis', () => {
  const withLimit = (max_upload_bytes: number) =>
    synthesize({ jobs: { ...settings.jobs, max_upload_bytes } });
  expect(() => withLimit(5 * 1024 ** 3)).not.toThrow();
  expect(() => withLimit(5 * 1024 ** 3 + 1)).toThrow('Set at most 5368709120');
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
    INTEGRATION_FAILURE: ['SERVICE_UNAVAILABLE', 5],
    API_CONFIGURATION_ERROR: ['SERVICE_UNAVAILABLE', 1],
    AUTHORIZER_FAILURE: ['SERVICE_UNAVAILABLE', 1],
    UNSUPPORTED_MEDIA_TYPE: ['UNSUPPORTED_MEDIA_TYPE', undefined],
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

const API_FUNCTIONS = ['ApiHandler.Arn', 'ApiAuthorizerHandler.Arn', 'ApiDownloadHandler.Arn'];

it('API Gateway alone may invoke the functions of the API, each by its own paths', () => {
  const permissions = Object.values(listResources(template, 'AWS::Lambda::Permission'));
  const of_api = permissions.filter(({ FunctionName }) => API_FUNCTIONS.includes(FunctionName));
  expect(new Set(of_api.map(({ FunctionName }) => FunctionName))).toEqual(new Set(API_FUNCTIONS));
  for (const permission of of_api) {
    expect(permission).toMatchObject({
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
      SourceArn: expect.stringContaining(':ApiRestApi/'),
    });
    // The test page of the console would call without a key, and without limits.
    expect(permission.SourceArn).not.toContain('test-invoke-stage');
  }
});

it('beside API Gateway, only schedules of the stack may invoke a function, each its own one', () => {
  const permissions = Object.values(listResources(template, 'AWS::Lambda::Permission'));
  const others = permissions.filter(({ FunctionName }) => !API_FUNCTIONS.includes(FunctionName));
  const rules = Object.keys(listResources(template, 'AWS::Events::Rule'));
  for (const permission of others) {
    expect(permission).toMatchObject({
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
    });
    expect(rules.map((rule) => `${rule}.Arn`)).toContain(permission.SourceArn);
  }
});

it('with an issuer, API Gateway invokes the authorizer for each request, with the settings of the issuer', () => {
  const oidc = {
    issuer: 'https://issuer.example',
    audiences: ['the-api'],
    tenant_claim: 'tenant',
  };
  const template = synthesize({ api: { ...settings.api, oidc } });
  const [authorizer] = Object.values(listResources(template, 'AWS::ApiGateway::Authorizer'));
  expect(authorizer?.AuthorizerResultTtlInSeconds).toBe(0);
  expect(authorizer?.IdentitySource).toBe('');
  const { ApiAuthorizerHandler } = listResources(template, 'AWS::Lambda::Function');
  expect(JSON.parse(ApiAuthorizerHandler?.Environment.Variables.OIDC)).toMatchObject(oidc);
  const insecure = { ...oidc, issuer: 'http://issuer.example' };
  expect(() => synthesize({ api: { ...settings.api, oidc: insecure } })).toThrow('https://');
});
