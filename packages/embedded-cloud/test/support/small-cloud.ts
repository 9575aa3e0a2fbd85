// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation replaces these placeholders.
import type { Template, TemplateResource } from '../../src/runtime/template/assembly.ts';
import { writeAssembly } from './assembly.ts';

const CONSUMER = `
export async function handler({ Records }) {
  for (const { kinesis, eventName, dynamodb } of Records) {
    const text = kinesis
      ? String(Buffer.from(kinesis.data, 'base64'))
      : eventName + ' ' + dynamodb.Keys.id.S;
    if (text === 'slow') await new Promise((resolve) => setTimeout(resolve, 300));
    console.log('consumed ' + text);
  }
  return { batchItemFailures: [] };
}`;

const API = `
export const handler = async (event) => {
  return { statusCode: 200, body: JSON.stringify({ path: event.path, table: process.env.TABLE }) };
};`;

const STREAM = `
const PRELUDE = { statusCode: 201, headers: { 'Content-Type': 'text/plain', 'X-Own': 'yes' }, cookies: ['a=1', 'b=2'] };
const begin = (stream, prelude = PRELUDE) => awslambda.HttpResponseStream.from(stream, prelude);
const next = () => new Promise((resolve) => setTimeout(resolve, 20));
const handlers = {
  async lines(event, stream) {
    begin(stream);
    for (const line of ['one', 'two', 'three']) stream.write(line + event.path + '\\n');
    stream.end();
  },
  async empty(event, stream) { begin(stream); stream.write(''); stream.end(); },
  async atonce(event, stream) { begin(stream); stream.end('never seen'); },
  async early(event, stream) { begin(stream); throw new Error('before the first byte'); },
  async late(event, stream) { begin(stream); stream.write('half'); await next(); throw new Error('told to'); },
  async exit(event, stream) { begin(stream); stream.write('half'); await next(); process.exit(1); },
  async plain(event, stream) { stream.write('no prelude'); stream.end(); },
  async broken(event, stream) { stream.write('{not json' + String.fromCharCode(0).repeat(8) + 'body'); stream.end(); },
  async wide(event, stream) { begin(stream, { ...PRELUDE, headers: { 'x-wide': 'x'.repeat(17_000) } }); stream.write('body'); stream.end(); },
  async idle(event, stream) { begin(stream); stream.write('half'); await new Promise(() => {}); },
  async silent(event, stream) { await new Promise(() => {}); },
  async long(event, stream) {
    begin(stream);
    for (let part = 0; part < 200; part += 1) {
      if (!stream.write('x'.repeat(64 * 1024))) await new Promise((go) => stream.once('drain', go));
    }
    console.log('wrote all parts');
    stream.end();
  },
};
const stream = handlers[process.env.DO];
export const handler = stream
  ? awslambda.streamifyResponse(stream)
  : async () => ({ statusCode: 200, body: 'buffered' });`;

const role = (...statements: object[]): TemplateResource => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'lambda.amazonaws.com' },
          Action: 'sts:AssumeRole',
        },
      ],
    },
    Policies: [{ PolicyName: 'own', PolicyDocument: { Statement: statements } }],
  },
});

const LOGS = {
  Effect: 'Allow',
  Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  Resource: '*',
};

const lambda = (hash: string, role_id: string, Variables = {}): TemplateResource => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Code: { S3Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}' }, S3Key: `${hash}.zip` },
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Role: { 'Fn::GetAtt': [role_id, 'Arn'] },
    Timeout: 20,
    Environment: { Variables },
  },
});

const apiMethod = (ResourceId: string, more = {}): TemplateResource => ({
  Type: 'AWS::ApiGateway::Method',
  Properties: {
    RestApiId: { Ref: 'Api' },
    ResourceId: { Ref: ResourceId },
    HttpMethod: 'ANY',
    Integration: {
      Type: 'AWS_PROXY',
      Uri: {
        'Fn::Sub':
          'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${ApiHandler.Arn}/invocations',
      },
    },
    ...more,
  },
});

const RESOURCES: Record<string, TemplateResource> = {
  Stream: { Type: 'AWS::Kinesis::Stream', Properties: { ShardCount: 1 } },
  Table: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['id', 'source'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by_source',
          KeySchema: [{ AttributeName: 'source', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
    },
  },
  Failures: { Type: 'AWS::S3::Bucket' },
  FailuresPolicy: { Type: 'AWS::S3::BucketPolicy', Properties: {} },
  ConsumerRole: role(
    LOGS,
    { Effect: 'Allow', Action: 'kinesis:*', Resource: { 'Fn::GetAtt': ['Stream', 'Arn'] } },
    { Effect: 'Allow', Action: 's3:*', Resource: '*' },
  ),
  Consumer: lambda('consumer', 'ConsumerRole'),
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      FunctionName: { Ref: 'Consumer' },
      EventSourceArn: { 'Fn::GetAtt': ['Stream', 'Arn'] },
      StartingPosition: 'TRIM_HORIZON',
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['Failures', 'Arn'] } } },
    },
  },
  ApiRole: role(LOGS),
  ApiHandler: lambda('api', 'ApiRole', { TABLE: { Ref: 'Table' } }),
  Api: { Type: 'AWS::ApiGateway::RestApi' },
  Rest: {
    Type: 'AWS::ApiGateway::Resource',
    Properties: {
      RestApiId: { Ref: 'Api' },
      PathPart: '{proxy+}',
      ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
    },
  },
  AnyRest: apiMethod('Rest'),
  Stage: {
    Type: 'AWS::ApiGateway::Stage',
    Properties: { RestApiId: { Ref: 'Api' }, StageName: 'v1' },
  },
  May: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
      FunctionName: { Ref: 'ApiHandler' },
    },
  },
};

/** Returns the resource `/keyed` of the API. A request for this resource needs an API key. */
export function keyedApi(): Record<string, TemplateResource> {
  return {
    Keyed: {
      Type: 'AWS::ApiGateway::Resource',
      Properties: {
        RestApiId: { Ref: 'Api' },
        PathPart: 'keyed',
        ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
      },
    },
    AnyKeyed: apiMethod('Keyed', { ApiKeyRequired: true }),
  };
}

/**
 * Returns the resources `/NAME` of the API whose methods stream the response of a function. The array
 * lists the names; the function runs the bundle `stream`, and its environment has `DO` as the name.
 */
export function streamedApi(
  names: string[],
  integration: object = {},
): Record<string, TemplateResource> {
  return Object.fromEntries(
    names.flatMap((name) => [
      [`${name}Function`, lambda('stream', 'ApiRole', { DO: name })],
      [
        `${name}Path`,
        {
          Type: 'AWS::ApiGateway::Resource',
          Properties: {
            RestApiId: { Ref: 'Api' },
            PathPart: name,
            ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
          },
        },
      ],
      [
        `${name}Method`,
        apiMethod(`${name}Path`, {
          Integration: {
            Type: 'AWS_PROXY',
            ResponseTransferMode: 'STREAM',
            TimeoutInMillis: 900_000,
            Uri: {
              'Fn::Sub': `arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/\${${name}Function.Arn}/response-streaming-invocations`,
            },
            ...integration,
          },
        }),
      ],
      [
        `${name}May`,
        {
          Type: 'AWS::Lambda::Permission',
          Properties: {
            Action: 'lambda:InvokeFunction',
            Principal: 'apigateway.amazonaws.com',
            FunctionName: { Ref: `${name}Function` },
          },
        },
      ],
    ]),
  );
}

/** Returns a usage plan for the stage of the API. */
export function usagePlan(properties: object): TemplateResource {
  const ApiStages = [{ ApiId: { Ref: 'Api' }, Stage: { Ref: 'Stage' } }];
  return { Type: 'AWS::ApiGateway::UsagePlan', Properties: { ApiStages, ...properties } };
}

/**
 * Returns the table with a stream, and a mapping that delivers its records to the consumer. The
 * array lists the names of the mappings.
 */
export function streamedTable(mappings: string[]): Record<string, TemplateResource> {
  const Table = {
    ...RESOURCES.Table!,
    Properties: {
      ...RESOURCES.Table!.Properties,
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    },
  };
  const StreamArn = { 'Fn::GetAtt': ['Table', 'StreamArn'] };
  const Mapping = {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      FunctionName: { Ref: 'Consumer' },
      EventSourceArn: StreamArn,
      StartingPosition: 'TRIM_HORIZON',
    },
  };
  return {
    Table,
    ConsumerRole: role(
      LOGS,
      { Effect: 'Allow', Action: 'kinesis:*', Resource: { 'Fn::GetAtt': ['Stream', 'Arn'] } },
      { Effect: 'Allow', Action: 's3:*', Resource: '*' },
      { Effect: 'Allow', Action: 'dynamodb:ListStreams', Resource: '*' },
      {
        Effect: 'Allow',
        Action: ['DescribeStream', 'GetRecords', 'GetShardIterator'].map(
          (name) => `dynamodb:${name}`,
        ),
        Resource: StreamArn,
      },
    ),
    ...Object.fromEntries(mappings.map((name) => [name, Mapping])),
  };
}

/**
 * Writes the assembly of a small cloud, which consists of a stream with a consumer, a table, a
 * bucket and an API. The resources in `changes` are added to the template or replace resources of
 * the template.
 */
export function writeCloud(changes: Record<string, TemplateResource> = {}): Promise<string> {
  const template: Template = {
    Parameters: { BufferSeconds: { Type: 'Number', Default: 60 } },
    Resources: { ...RESOURCES, ...changes },
    Outputs: {
      StreamName: { Value: { Ref: 'Stream' } },
      TableName: { Value: { Ref: 'Table' } },
      BufferSeconds: { Value: { Ref: 'BufferSeconds' } },
      ApiUrl: {
        Value: { 'Fn::Sub': 'https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/v1/' },
      },
    },
  };
  return writeAssembly(template, { consumer: CONSUMER, api: API, stream: STREAM });
}
