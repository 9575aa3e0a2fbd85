import { Aspects, CfnResource, aws_iam as iam, aws_kms as kms, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Settings } from '../settings.ts';

type Properties = Record<string, unknown>;

/**
 * The properties with which each type of resource that holds data uses a key. Property paths have
 * dots. A bucket key makes S3 ask KMS once for many objects instead of once for each.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
 */
const ENCRYPTED: Record<string, (key_arn: string) => Properties> = {
  'AWS::Kinesis::Stream': (KeyId) => ({ StreamEncryption: { EncryptionType: 'KMS', KeyId } }),
  'AWS::DynamoDB::Table': (KMSMasterKeyId) => ({
    SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId },
  }),
  'AWS::S3::Bucket': (KMSMasterKeyID) => ({
    'BucketEncryption.ServerSideEncryptionConfiguration': [
      {
        BucketKeyEnabled: true,
        ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID },
      },
    ],
  }),
  'AWS::KinesisFirehose::DeliveryStream': (arn) => ({
    DeliveryStreamEncryptionConfigurationInput: { KeyType: 'CUSTOMER_MANAGED_CMK', KeyARN: arn },
    'ExtendedS3DestinationConfiguration.EncryptionConfiguration': {
      KMSEncryptionConfig: { AWSKMSKeyARN: arn },
    },
  }),
  'AWS::Athena::WorkGroup': (KmsKey) => ({
    'WorkGroupConfiguration.ResultConfiguration.EncryptionConfiguration': {
      EncryptionOption: 'SSE_KMS',
      KmsKey,
    },
  }),
  'AWS::SQS::Queue': (KmsMasterKeyId) => ({ KmsMasterKeyId, SqsManagedSseEnabled: undefined }),
  'AWS::SNS::Topic': (KmsMasterKeyId) => ({ KmsMasterKeyId }),
  'AWS::Logs::LogGroup': (KmsKeyId) => ({ KmsKeyId }),
  'AWS::SecretsManager::Secret': (KmsKeyId) => ({ KmsKeyId }),
  'AWS::Lambda::Function': (KmsKeyArn) => ({ KmsKeyArn }),
  'AWS::CloudTrail::Trail': (KMSKeyId) => ({ KMSKeyId }),
};

/** Services through which the functions and Firehose use the key. They never call KMS themselves. */
const VIA_SERVICES = ['dynamodb', 'kinesis', 'lambda', 's3', 'secretsmanager', 'sqs'];

/**
 * Encrypts all data of a stack with a customer-managed key, if the settings ask for one. The key
 * applies to each resource that holds data, whatever construct creates it, and each role of the stack
 * may use the key through the services that hold its data.
 */
export function encryptStores(stack: Stack, { encryption_key }: Settings): void {
  if (encryption_key === undefined) return;
  const key =
    encryption_key === 'new'
      ? createKey(stack)
      : kms.Key.fromKeyArn(stack, 'EncryptionKey', encryption_key);
  Aspects.of(stack).add({
    visit(node: IConstruct) {
      if (node instanceof CfnResource) encryptResource(node, key.keyArn);
      if (node instanceof iam.Role) allowUse(node, key.keyArn);
    },
  });
}

function encryptResource(resource: CfnResource, key_arn: string): void {
  const properties = ENCRYPTED[resource.cfnResourceType]?.(key_arn) ?? {};
  for (const [path, value] of Object.entries(properties)) {
    if (value === undefined) resource.addPropertyDeletionOverride(path);
    else resource.addPropertyOverride(path, value);
  }
}

/**
 * Lets a role use the key. The actions are those that DynamoDB, Kinesis, S3, SQS and Secrets Manager
 * need together. API Gateway's role needs none, because CloudWatch Logs uses the key by its policy.
 * Sources: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
 * and https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html
 */
function allowUse(role: iam.Role, key_arn: string): void {
  const { region, urlSuffix } = Stack.of(role);
  if (isOfApiGateway(role)) return;
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'],
      resources: [key_arn],
      conditions: {
        StringEquals: {
          'kms:ViaService': VIA_SERVICES.map((service) => `${service}.${region}.${urlSuffix}`),
        },
      },
    }),
  );
}

function isOfApiGateway(role: iam.Role): boolean {
  return JSON.stringify(role.assumeRolePolicy?.toJSON()).includes('apigateway.amazonaws.com');
}

/**
 * Creates the key. It outlives the stack, because the buckets and tables that it encrypts do. Its
 * policy lets CloudWatch Logs, EventBridge, CloudWatch, CloudTrail and AWS Budgets use it, because they call
 * without a role of the account.
 */
function createKey(stack: Stack): kms.Key {
  const key = new kms.Key(stack, 'EncryptionKey', {
    description: 'Encrypts all data of AuraStream',
    enableKeyRotation: true,
  });
  for (const statement of serviceStatements(stack)) key.addToResourcePolicy(statement);
  return key;
}

/**
 * Returns the statements of the key's policy for services that call without a role.
 * Sources: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html,
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html,
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 * and https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
function serviceStatements(stack: Stack): iam.PolicyStatement[] {
  const { account, partition, region, urlSuffix } = stack;
  const logs = new iam.PolicyStatement({
    principals: [new iam.ServicePrincipal(`logs.${region}.${urlSuffix}`)],
    actions: [
      'kms:Encrypt',
      'kms:Decrypt',
      'kms:ReEncrypt*',
      'kms:GenerateDataKey*',
      'kms:Describe*',
    ],
    resources: ['*'],
    conditions: {
      ArnLike: {
        'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:*`,
      },
    },
  });
  const senders = ['events', 'cloudwatch', 'budgets', 'cloudtrail'].map(
    (service) =>
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal(`${service}.amazonaws.com`)],
        actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
  );
  return [logs, ...senders];
}
