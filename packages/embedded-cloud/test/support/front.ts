// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation replaces these placeholders.
import type { Invocation } from '../../src/runtime/function/invocation.ts';
import { restApis } from '../../src/runtime/rest-api/api.ts';
import { createFront, type FrontOptions } from '../../src/runtime/rest-api/front.ts';
import { gatewayResponses } from '../../src/runtime/rest-api/gateway-response.ts';
import { apiPermissions } from '../../src/runtime/rest-api/permissions.ts';
import type { ApiRequest } from '../../src/runtime/rest-api/proxy-event.ts';
import { sourcePolicy } from '../../src/runtime/rest-api/source-policy.ts';
import { loadAssembly, type TemplateResource } from '../../src/runtime/template/assembly.ts';
import { createStack } from '../../src/runtime/template/stack.ts';
import { writeAssembly } from './assembly.ts';

const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:handler';
const ROOT = { 'Fn::GetAtt': ['Api', 'RootResourceId'] };
const API = { RestApiId: { Ref: 'Api' } };

export const method = (
  HttpMethod: string,
  ResourceId: unknown,
  integration = {},
): TemplateResource => ({
  Type: 'AWS::ApiGateway::Method',
  Properties: {
    ...API,
    HttpMethod,
    ResourceId,
    Integration: {
      Type: 'AWS_PROXY',
      Uri: {
        'Fn::Sub': `arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/${FUNCTION}/invocations`,
      },
      ...integration,
    },
  },
});
const resource = (PathPart: string, ParentId: unknown = ROOT): TemplateResource => ({
  Type: 'AWS::ApiGateway::Resource',
  Properties: { ...API, PathPart, ParentId },
});

/** A small API. The functions `frontOf` and `changeApi` use it. */
export const RESOURCES: Record<string, TemplateResource> = {
  Api: { Type: 'AWS::ApiGateway::RestApi' },
  Stage: {
    Type: 'AWS::ApiGateway::Stage',
    Properties: {
      ...API,
      StageName: 'v1',
      MethodSettings: [
        { HttpMethod: '*', ResourcePath: '/*', ThrottlingRateLimit: 1, ThrottlingBurstLimit: 20 },
      ],
    },
  },
  Jobs: resource('jobs'),
  Job: resource('{id}', { Ref: 'Jobs' }),
  Latest: resource('latest', { Ref: 'Jobs' }),
  Rest: resource('{proxy+}'),
  GetJobs: method('GET', { Ref: 'Jobs' }),
  GetJob: method('GET', { Ref: 'Job' }, { TimeoutInMillis: 50 }),
  AnyJob: method('ANY', { Ref: 'Job' }),
  GetLatest: method('GET', { Ref: 'Latest' }),
  PostRest: method('POST', { Ref: 'Rest' }),
  May: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
      FunctionName: FUNCTION,
      SourceArn: { 'Fn::Sub': 'arn:aws:execute-api:us-east-1:000000000000:${Api}/v1/*/*' },
    },
  },
};

export const answerWith = (answer: unknown): Invocation => ({
  kind: 'answered',
  request_id: 'r',
  payload: JSON.stringify(answer),
});

/**
 * Creates the front of an API. The function behind the API returns `answer`. If `answer` is
 * undefined, the function returns the event that it received.
 */
export async function frontOf(
  answer?: Invocation | Promise<Invocation>,
  resources = RESOURCES,
  more_options: Partial<FrontOptions> = {},
) {
  const stack = createStack(await loadAssembly(await writeAssembly({ Resources: resources })));
  const api = restApis(stack)[0]!;
  const front = createFront({
    api,
    isPermitted: apiPermissions(stack, api),
    judgeSource: sourcePolicy(stack, api),
    invoke: async (_, payload) => (await answer) ?? answerWith({ statusCode: 200, body: payload }),
    invokeWithResponseStream: async () => answerWith({}),
    authorizers: new Map(),
    admitToAccount: () => true,
    admitKey: () => ({ kind: 'INVALID_API_KEY' }),
    responses: gatewayResponses(stack, api.id),
    now: () => 1_700_000_000_000,
    ...more_options,
  });
  return (verb: string, path: string, more: Partial<ApiRequest> = {}) => {
    const url = new URL(path, 'http://api');
    const { pathname, searchParams: query } = url;
    const request = {
      method: verb,
      path: pathname,
      query,
      headers: {},
      body: Buffer.alloc(0),
      source_ip: '127.0.0.1',
    };
    return front({ ...request, ...more });
  };
}

/** Returns the resources of the small API, with more properties of the REST API and of its stage. */
export function changeApi(api: object, stage: object = {}): Record<string, TemplateResource> {
  const { Stage } = RESOURCES;
  return {
    ...RESOURCES,
    Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { ...api } },
    Stage: { ...Stage!, Properties: { ...Stage!.Properties, ...stage } },
  };
}
