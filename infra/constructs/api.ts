import { aws_apigateway as apigateway, aws_iam as iam } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { analysisEnvironment, analysisGrants } from './analysis.ts';
import { handlerFunction } from './handler.ts';
import type { Tables } from './tables.ts';

/** The HTTP API: a REST API, because keys and usage plans need one. Its routes live in api/. */
export class Api extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, props: { settings: Settings; tables: Tables }) {
    super(scope, id);
    const { settings, tables } = props;
    const handler = handlerFunction(this, 'Handler', {
      settings,
      entry: 'api/handler.ts',
      description: 'Answers the HTTP API',
      memory_mb: settings.api.memory_mb,
      timeout_seconds: settings.api.timeout_seconds,
      environment: analysisEnvironment(settings, tables),
      grants: analysisGrants(tables),
    });
    const policy = accessPolicy(settings.api.allowed_cidrs);
    const api = new apigateway.LambdaRestApi(this, 'RestApi', {
      handler,
      proxy: true,
      cloudWatchRole: false,
      endpointConfiguration: { types: [apigateway.EndpointType.REGIONAL] },
      deployOptions: {
        stageName: settings.api.stage,
        throttlingRateLimit: settings.api.requests_per_second,
        throttlingBurstLimit: settings.api.burst_requests,
      },
      ...(policy === undefined ? {} : { policy }),
    });
    this.url = api.urlForPath().replace(/\/$/, '');
  }
}

function accessPolicy(allowed_cidrs: string[]): iam.PolicyDocument | undefined {
  if (allowed_cidrs.length === 0) return undefined;
  return new iam.PolicyDocument({
    statements: [
      new iam.PolicyStatement({
        principals: [new iam.AnyPrincipal()],
        actions: ['execute-api:Invoke'],
        resources: ['execute-api:/*'],
        conditions: { IpAddress: { 'aws:SourceIp': allowed_cidrs } },
      }),
    ],
  });
}
