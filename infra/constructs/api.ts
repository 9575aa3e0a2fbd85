import {
  aws_apigateway as apigateway,
  Duration,
  aws_iam as iam,
  type aws_lambda as lambda,
  Size,
  Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { oidcSettingsSchema } from '../../schemas/oidc.ts';
import type { Settings } from '../settings.ts';
import { ANALYSIS_ASSETS } from './analysis.ts';
import { type ApiUses, apiEnvironment, apiGrants } from './api-access.ts';
import { accessLog } from './api-log.ts';
import { DOWNLOAD_PATH, KEYED_PATHS, limitMethods, listOpenPaths } from './api-throttles.ts';
import { addPreflight, allowUploads } from './cors.ts';
import { createDownload, streamFrom } from './download.ts';
import { addGatewayResponses } from './gateway-responses.ts';
import { createFunction } from './handler.ts';
import { createDownloadRole, createUploadRole } from './signing-roles.ts';

/**
 * HTTP API in API Gateway. The type is "REST API", because only REST APIs support API keys and
 * usage plans. The folder api/ contains the routes.
 */
export class Api extends Construct {
  readonly rest_api: apigateway.RestApi;
  readonly handler: lambda.Function;
  /** The function that streams the results of jobs. */
  readonly download: lambda.Function;
  readonly url: string;
  readonly id: string;
  readonly stage: string;
  /** Id of the usage plan of each tier. */
  readonly usage_plan_ids: Record<string, string>;

  constructor(scope: Construct, id: string, props: ApiUses) {
    super(scope, id);
    const { settings } = props;
    const api = this.restApi(settings);
    this.rest_api = api;
    this.handler = this.createHandler(props);
    this.download = createDownload(this, props);
    this.routes(api, props);
    addGatewayResponses(api, settings.api.cors_origins);
    this.usage_plan_ids = this.usagePlans(api, settings);
    this.url = api.urlForPath().replace(/\/$/, '');
    this.id = api.restApiId;
    this.stage = settings.api.stage;
    if (settings.api.serves_dashboard) this.allowDashboardUploads(props);
  }

  private restApi({ api, log_retention_days, stack_name }: Settings): apigateway.RestApi {
    const policy = accessPolicy(api.allowed_cidrs);
    return new apigateway.RestApi(this, 'RestApi', {
      // The metrics of API Gateway have the name of the API as their only dimension.
      restApiName: stack_name,
      cloudWatchRole: api.access_log,
      endpointConfiguration: { types: [apigateway.EndpointType.REGIONAL] },
      // The value AUTHORIZER makes API Gateway call the authorizer before the API key is checked.
      // Therefore a request without a key gets status 401 instead of 403.
      apiKeySourceType: apigateway.ApiKeySourceType.AUTHORIZER,
      // API Gateway decodes a text body before the function sees it, and bytes that are not UTF-8
      // become U+FFFD. A binary body arrives byte for byte, in base64. All answers are text.
      binaryMediaTypes: ['application/json'],
      minCompressionSize: Size.bytes(api.minimum_compression_bytes),
      deployOptions: {
        stageName: api.stage,
        throttlingRateLimit: api.each_method.requests_per_second,
        throttlingBurstLimit: api.each_method.burst_requests,
        methodOptions: limitMethods(api),
        tracingEnabled: true,
        ...(api.access_log ? accessLog(this, log_retention_days) : {}),
      },
      ...(policy === undefined ? {} : { policy }),
    });
  }

  /**
   * Adds the methods of the API. A method that has a limit of its own is added by its name, because a
   * method ANY cannot have one. ANY with a key takes the other methods of the same path.
   */
  private routes(api: apigateway.RestApi, props: ApiUses): void {
    const { settings } = props;
    const integration = new apigateway.LambdaIntegration(this.handler, {
      allowTestInvoke: false,
    });
    const with_key: apigateway.MethodOptions = {
      apiKeyRequired: true,
      authorizer: this.authorizer(props),
    };
    const addPath = (path: string) => {
      const resource = api.root.resourceForPath(path);
      resource.addMethod('ANY', integration, with_key);
      return resource;
    };
    const open = listOpenPaths(settings.api).map(addPath);
    for (const resource of open) {
      for (const method of ['GET', 'HEAD']) resource.addMethod(method, integration);
    }
    const keyed = KEYED_PATHS.map(addPath);
    api.root.resourceForPath(DOWNLOAD_PATH).addMethod('GET', streamFrom(this.download), with_key);
    for (const resource of [...open, ...keyed]) addPreflight(resource, settings.api.cors_origins);
  }

  private createHandler(props: ApiUses) {
    const { settings } = props;
    const apiRoleArn = () => this.handler.role?.roleArn;
    const signing = {
      upload_role_arn: createUploadRole(this, props, apiRoleArn).roleArn,
      download_role_arn: createDownloadRole(this, props, apiRoleArn).roleArn,
    };
    return createFunction(this, 'Handler', {
      settings,
      entry: 'api/handler.ts',
      description: 'Serves the HTTP API',
      memory_mb: settings.api.memory_mb,
      timeout_seconds: settings.api.timeout_seconds,
      reserved_concurrency: settings.api.reserved_concurrency,
      environment: apiEnvironment(props, signing),
      grants: apiGrants(props, signing),
      assets: {
        ...ANALYSIS_ASSETS,
        docs: [
          'node_modules/swagger-ui-dist/swagger-ui-bundle.js',
          'node_modules/swagger-ui-dist/swagger-ui.css',
        ],
        ...(settings.api.serves_dashboard ? { dashboard: { page: 'dashboard' } } : {}),
      },
    });
  }

  /** Lets the dashboard, whose origin is that of the API, upload the files of jobs to the bucket. */
  private allowDashboardUploads({ settings, jobs }: ApiUses): void {
    if (settings.api.cors_origins.includes('*')) return;
    const { region, urlSuffix } = Stack.of(this);
    const origin = `https://${this.id}.execute-api.${region}.${urlSuffix}`;
    for (const rule of allowUploads([origin])) jobs.input_bucket.addCorsRule(rule);
  }

  private authorizer({ settings, tables }: ApiUses): apigateway.RequestAuthorizer {
    const { oidc } = settings.api;
    const handler = createFunction(this, 'AuthorizerHandler', {
      settings,
      entry: 'api/authorizer/handler.ts',
      description: 'Identifies the tenant and the rights of an API key',
      memory_mb: 256,
      timeout_seconds: 5,
      environment: {
        TIERS: JSON.stringify(settings.tiers),
        KEYS_TABLE: tables.keys.tableName,
        ...(oidc === undefined ? {} : { OIDC: JSON.stringify(oidcSettingsSchema.parse(oidc)) }),
      },
      grants: [
        { actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], resources: [tables.keys.tableArn] },
      ],
    });
    return new apigateway.RequestAuthorizer(this, 'Authorizer', {
      handler,
      // A request has either header. A cache needs one header that all requests have.
      identitySources: oidc === undefined ? [apigateway.IdentitySource.header('X-API-Key')] : [],
      resultsCacheTtl: oidc === undefined ? Duration.minutes(5) : Duration.seconds(0),
    });
  }

  private usagePlans(
    api: apigateway.RestApi,
    { tiers, stack_name }: Settings,
  ): Record<string, string> {
    const plans = Object.entries(tiers).map(([tier, limits]) => {
      const name = `${tier.charAt(0).toUpperCase()}${tier.slice(1)}`;
      const plan = new apigateway.UsagePlan(this, `${name}Plan`, {
        name: `${stack_name} ${name}`,
        throttle: {
          rateLimit: limits.requests_per_second,
          burstLimit: limits.burst_requests,
        },
        quota: { limit: limits.requests_per_month, period: apigateway.Period.MONTH },
        apiStages: [{ stage: api.deploymentStage }],
      });
      return [tier, plan.usagePlanId];
    });
    return Object.fromEntries(plans);
  }
}

/**
 * Returns the resource policy that refuses all other addresses. The policy needs the Deny statement:
 * if the authorizer allows a request, a policy that only lacks an Allow does not refuse the request.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
 */
function accessPolicy(allowed_cidrs: string[]): iam.PolicyDocument | undefined {
  if (allowed_cidrs.length === 0) return undefined;
  const invoke = {
    principals: [new iam.AnyPrincipal()],
    actions: ['execute-api:Invoke'],
    resources: ['execute-api:/*'],
  };
  return new iam.PolicyDocument({
    statements: [
      new iam.PolicyStatement(invoke),
      new iam.PolicyStatement({
        ...invoke,
        effect: iam.Effect.DENY,
        conditions: { NotIpAddress: { 'aws:SourceIp': allowed_cidrs } },
      }),
    ],
  });
}
