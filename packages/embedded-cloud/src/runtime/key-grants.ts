import { type AwsService, type Permission, REGION } from '../gateway/types.ts';
import type { Resource } from './template/resource.ts';
import type { Stack } from './template/stack.ts';

/** Where each type of resource names its key, as a path of properties. */
const KEY_PATHS: Record<string, string[]> = {
  'AWS::Kinesis::Stream': ['StreamEncryption', 'KeyId'],
  'AWS::DynamoDB::Table': ['SSESpecification', 'KMSMasterKeyId'],
  'AWS::S3::Bucket': [
    'BucketEncryption',
    'ServerSideEncryptionConfiguration',
    '0',
    'ServerSideEncryptionByDefault',
    'KMSMasterKeyID',
  ],
  'AWS::SQS::Queue': ['KmsMasterKeyId'],
  'AWS::SecretsManager::Secret': ['KmsKeyId'],
};

/**
 * The permissions for a key that a call needs on top of its own, by the action of the call.
 * Sources: https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html,
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html,
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html,
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
 */
const KEY_ACTIONS: [RegExp, string[]][] = [
  [/^kinesis:PutRecords?$/, ['kms:GenerateDataKey']],
  [/^kinesis:(GetRecords|SubscribeToShard)$/, ['kms:Decrypt']],
  [/^s3:GetObject$/, ['kms:Decrypt']],
  [/^s3:PutObject$/, ['kms:GenerateDataKey']],
  [/^sqs:SendMessage$/, ['kms:GenerateDataKey', 'kms:Decrypt']],
  [/^sqs:ReceiveMessage$/, ['kms:Decrypt']],
  [/^secretsmanager:GetSecretValue$/, ['kms:Decrypt']],
  [/^secretsmanager:PutSecretValue$/, ['kms:GenerateDataKey', 'kms:Decrypt']],
  // DynamoDB decrypts the key of the table on behalf of the caller for each kind of access.
  // Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
  [/^dynamodb:(?!Describe|List|Create|Update(Table|TimeToLive)$)/, ['kms:Decrypt']],
];

/**
 * Creates the function that adds the permissions for customer-managed keys to those that the calls of
 * a service need. Only the grants in the policies of roles are checked. Data is not encrypted, and key
 * policies, grants of KMS and the requests to KMS are not emulated. An alias such as
 * `alias/aws/kinesis` names a key of AWS, which needs no grant.
 */
export function createRequireKeys(stack: Stack): (service: AwsService) => AwsService {
  const keys = Object.keys(KEY_PATHS)
    .flatMap((type) => stack.resources(type))
    .flatMap((resource) => {
      const key = readKey(resource);
      return key === undefined ? [] : [{ arn: readArn(resource), key }];
    });
  const findKey = (arn: string) =>
    keys.find((one) => arn === one.arn || arn.startsWith(`${one.arn}/`))?.key;
  return (service) => ({
    ...service,
    permissionsOf(call) {
      const own = service.permissionsOf(call);
      return [...own, ...own.flatMap((permission) => listKeyPermissions(permission, findKey))];
    },
  });
}

function listKeyPermissions(
  { action, resource }: Permission,
  findKey: (arn: string) => string | undefined,
): Permission[] {
  const key = findKey(resource);
  if (key === undefined) return [];
  const [service = ''] = action.split(':');
  const context = { 'kms:viaservice': `${service}.${REGION}.amazonaws.com` };
  const actions = KEY_ACTIONS.find(([pattern]) => pattern.test(action))?.[1] ?? [];
  return actions.map((key_action) => ({ action: key_action, resource: key, context }));
}

/** Returns the ARN of the key of a resource, or undefined if the resource uses a key of AWS. */
function readKey(resource: Resource): string | undefined {
  let value: unknown = resource.properties();
  for (const name of KEY_PATHS[resource.type] ?? []) {
    value = (value as Record<string, unknown> | undefined)?.[name];
  }
  return typeof value === 'string' && value.startsWith('arn:') ? value : undefined;
}

function readArn(resource: Resource): string {
  return resource.type === 'AWS::SecretsManager::Secret'
    ? resource.physical_id
    : resource.attribute('Arn');
}
