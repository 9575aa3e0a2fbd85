import { createHash } from 'node:crypto';
import { ACCOUNT_ID, REGION } from '../../gateway/types.ts';
import {
  buildStreamArn,
  nameStream,
  TEMPLATE_LABEL,
} from '../../services/dynamodb/streams/table-stream.ts';

/** The values from which a resource's name and attributes are computed. */
export interface Naming {
  stack_name: string;
  logical_id: string;
  /** Returns the resolved value of one property of the resource. */
  property(name: string): unknown;
}

/** The functions that compute the results of `Ref` and `Fn::GetAtt` for resources of one type. */
export interface ResourceType {
  physicalId(naming: Naming): string;
  attributes: Record<string, (physical_id: string, naming: Naming) => string>;
}

const arn = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT_ID}:${rest}`;
const nameFrom = (property: string) => (naming: Naming) =>
  nonEmptyText(naming.property(property)) ?? `${naming.stack_name}-${naming.logical_id}`;
const nameFromInput = (property: string) => (naming: Naming) =>
  nonEmptyText((naming.property(property) as { Name?: unknown } | undefined)?.Name) ??
  generatedId(naming, 20);
const idOnly = (length: number): ResourceType => ({
  physicalId: (naming) => generatedId(naming, length),
  attributes: {},
});
/**
 * Generates an id from the names of the stack and of the resource. The id is the same after a
 * restart, so that the restarted cloud finds the resources that an earlier process created.
 */
function generatedId(naming: Naming, length: number): string {
  const hash = createHash('sha256')
    .update(`${naming.stack_name}/${naming.logical_id}`)
    .digest('hex');
  return BigInt(`0x${hash}`).toString(36).slice(0, length);
}

function nonEmptyText(name: unknown): string | undefined {
  return typeof name === 'string' && name !== '' ? name : undefined;
}

/**
 * Returns the name of a bucket. A generated name has only characters that AWS allows, and at most
 * 63 characters.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
function bucketName(naming: Naming): string {
  const name = nonEmptyText(naming.property('BucketName'));
  if (name !== undefined) return name;
  const generated = `${naming.stack_name}-${naming.logical_id}`.toLowerCase();
  return generated.replace(/[^a-z0-9-]/g, '-').slice(0, 63);
}

/**
 * Returns the ARN of a table's stream.
 * @throws {Error} if the table has no stream. CloudFormation then fails too.
 */
function tableStreamArn(table: string, naming: Naming): string {
  if (naming.property('StreamSpecification') === undefined) {
    throw new Error(
      `The table ${naming.logical_id} has no StreamArn. Give it a StreamSpecification.`,
    );
  }
  return buildStreamArn(nameStream(table, TEMPLATE_LABEL));
}

function lastPart(text: string, separator: string): string {
  return text.slice(text.lastIndexOf(separator) + 1);
}

function uuid(naming: Naming): string {
  const hex = createHash('sha256')
    .update(`${naming.stack_name}/${naming.logical_id}`)
    .digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

/** The emulated resource types by their CloudFormation names. */
export const RESOURCE_TYPES: Record<string, ResourceType> = {
  'AWS::Kinesis::Stream': {
    physicalId: nameFrom('Name'),
    attributes: { Arn: (name) => arn('kinesis', `stream/${name}`) },
  },
  'AWS::DynamoDB::Table': {
    physicalId: nameFrom('TableName'),
    attributes: {
      Arn: (name) => arn('dynamodb', `table/${name}`),
      StreamArn: tableStreamArn,
    },
  },
  'AWS::S3::Bucket': {
    physicalId: bucketName,
    attributes: {
      Arn: (name) => `arn:aws:s3:::${name}`,
      DomainName: (name) => `${name}.s3.amazonaws.com`,
      RegionalDomainName: (name) => `${name}.s3.${REGION}.amazonaws.com`,
    },
  },
  'AWS::KinesisFirehose::DeliveryStream': {
    physicalId: nameFrom('DeliveryStreamName'),
    attributes: { Arn: (name) => arn('firehose', `deliverystream/${name}`) },
  },
  'AWS::Glue::Database': { physicalId: nameFromInput('DatabaseInput'), attributes: {} },
  'AWS::Glue::Table': { physicalId: nameFromInput('TableInput'), attributes: {} },
  'AWS::Athena::WorkGroup': { physicalId: nameFrom('Name'), attributes: {} },
  'AWS::IAM::Role': {
    physicalId: nameFrom('RoleName'),
    attributes: {
      Arn: (name) => `arn:aws:iam::${ACCOUNT_ID}:role/${name}`,
      RoleId: (_, naming) => `AROA${generatedId(naming, 17).toUpperCase()}`,
    },
  },
  'AWS::IAM::Policy': { physicalId: nameFrom('PolicyName'), attributes: {} },
  'AWS::IAM::ManagedPolicy': {
    physicalId: (naming) =>
      `arn:aws:iam::${ACCOUNT_ID}:policy/${nameFrom('ManagedPolicyName')(naming)}`,
    attributes: {},
  },
  'AWS::Lambda::Function': {
    physicalId: nameFrom('FunctionName'),
    attributes: { Arn: (name) => arn('lambda', `function:${name}`) },
  },
  'AWS::Lambda::EventSourceMapping': {
    physicalId: uuid,
    attributes: {
      Id: (id) => id,
      EventSourceMappingArn: (id) => arn('lambda', `event-source-mapping:${id}`),
    },
  },
  'AWS::Lambda::Permission': idOnly(20),
  'AWS::Logs::LogGroup': {
    physicalId: nameFrom('LogGroupName'),
    attributes: { Arn: (name) => arn('logs', `log-group:${name}:*`) },
  },
  'AWS::Logs::LogStream': { physicalId: nameFrom('LogStreamName'), attributes: {} },
  'AWS::WAFv2::WebACL': {
    physicalId: uuid,
    attributes: { Arn: (id) => arn('wafv2', `regional/webacl/${id}`) },
  },
  'AWS::SQS::Queue': {
    physicalId: (naming) =>
      `https://sqs.${REGION}.amazonaws.com/${ACCOUNT_ID}/${nameFrom('QueueName')(naming)}`,
    attributes: {
      Arn: (url) => arn('sqs', lastPart(url, '/')),
      QueueName: (url) => lastPart(url, '/'),
      QueueUrl: (url) => url,
    },
  },
  'AWS::SQS::QueuePolicy': idOnly(20),
  'AWS::Events::Rule': {
    physicalId: nameFrom('Name'),
    attributes: { Arn: (name) => arn('events', `rule/${name}`) },
  },
  // The topic is emulated only because alarms refer to its ARN. Publishing to the topic is not
  // emulated.
  'AWS::SNS::Topic': {
    physicalId: (naming) => arn('sns', nameFrom('TopicName')(naming)),
    attributes: { TopicArn: (topic) => topic, TopicName: (topic) => lastPart(topic, ':') },
  },
  // Only the grants of roles for keys are emulated, by key-grants.ts. Encryption is not emulated.
  'AWS::KMS::Key': {
    physicalId: uuid,
    attributes: { Arn: (id) => arn('kms', `key/${id}`), KeyId: (id) => id },
  },
  'AWS::SecretsManager::Secret': {
    physicalId: (naming) =>
      arn('secretsmanager', `secret:${nameFrom('Name')(naming)}-${generatedId(naming, 6)}`),
    attributes: { Id: (secret) => secret },
  },
  'AWS::ApiGateway::Authorizer': {
    physicalId: (naming) => generatedId(naming, 6),
    attributes: { AuthorizerId: (id) => id },
  },
  'AWS::ApiGateway::UsagePlan': {
    physicalId: (naming) => generatedId(naming, 6),
    attributes: { Id: (id) => id },
  },
  'AWS::ApiGateway::GatewayResponse': idOnly(20),
  'AWS::ApiGateway::RestApi': {
    physicalId: (naming) => generatedId(naming, 10),
    attributes: {
      RestApiId: (id) => id,
      RootResourceId: (id, naming) => generatedId({ ...naming, logical_id: id }, 10),
    },
  },
  'AWS::ApiGateway::Resource': {
    physicalId: (naming) => generatedId(naming, 6),
    attributes: { ResourceId: (id) => id },
  },
  'AWS::ApiGateway::Method': idOnly(20),
  'AWS::ApiGateway::Deployment': {
    physicalId: (naming) => generatedId(naming, 6),
    attributes: { DeploymentId: (id) => id },
  },
  'AWS::ApiGateway::Stage': { physicalId: nameFrom('StageName'), attributes: {} },
};

/** Resource types that have no effect in the emulation. Each type is listed with the reason. */
export const IGNORED_TYPES: Record<string, string> = {
  'AWS::CDK::Metadata': 'it is usage data for AWS',
  'AWS::S3::BucketPolicy': 'it restricts HTTP and other accounts, and neither exists here',
  'AWS::Logs::MetricFilter': 'logs are files, and metrics are not emulated',
  'AWS::Logs::QueryDefinition': 'logs are files, and log queries are not emulated',
  'AWS::ApiGateway::Account': 'logs of API Gateway are not emulated',
  'AWS::WAFv2::WebACLAssociation': 'the rules of a web ACL are not emulated',
  'AWS::SNS::Subscription': 'SNS delivery is not emulated',
  'AWS::SNS::TopicPolicy': 'SNS delivery is not emulated',
  'AWS::Budgets::Budget': 'costs do not arise here, and SNS delivery is not emulated',
  'AWS::CloudTrail::Trail': 'the meter counts calls, and CloudTrail is not emulated',
  'AWS::CloudWatch::Alarm': 'alarms are not emulated',
  'AWS::CloudWatch::CompositeAlarm': 'alarms are not emulated',
  'AWS::CloudWatch::Dashboard': 'dashboards are not emulated',
};
