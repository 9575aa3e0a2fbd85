import { join } from 'node:path';
import type { AwsCall, AwsReply, AwsService } from '../gateway/types.ts';
import { createApiGateway } from '../services/api-gateway/api-gateway.ts';
import { createKeyStore, type KeyStore } from '../services/api-gateway/keys.ts';
import { createAthena } from '../services/athena/athena.ts';
import { createCloudFormation, type DescribedStack } from '../services/cloudformation.ts';
import { createComprehend } from '../services/comprehend/comprehend.ts';
import { TEMPLATE_LABEL } from '../services/dynamodb/streams/table-stream.ts';
import { createDynamoDb, type DynamoDbService } from '../services/dynamodb.ts';
import { createFirehose, type Firehose } from '../services/firehose/firehose.ts';
import { createKinesis, type KinesisService } from '../services/kinesis.ts';
import { createS3, type S3 } from '../services/s3/s3.ts';
import { createSecretsManager } from '../services/secrets-manager.ts';
import { createSqs } from '../services/sqs/sqs.ts';
import { createQueueStore, type QueueStore } from '../services/sqs/store.ts';
import { createSts, type StsOptions } from '../services/sts.ts';
import { catalogOf, workGroupsOf } from './catalog.ts';
import type { Deployment } from './deployment.ts';
import { queueSpecs } from './queues.ts';
import { usagePlans } from './rest-api/usage.ts';
import { createRolePut } from './role-put.ts';
import type { CreatedObject } from './rules/object-events.ts';
import { withObjectEvents } from './rules/object-events.ts';
import { secretSpecs } from './secrets.ts';

/**
 * The emulated services. The field `all` lists every service. Each of the other fields is a service
 * or a store that the runtime calls directly.
 */
export interface Services {
  all: AwsService[];
  kinesis: KinesisService;
  dynamodb: DynamoDbService;
  s3: S3;
  firehose: Firehose;
  queues: QueueStore;
  keys: KeyStore;
  /**
   * Sets the listener that receives each created object. A new listener replaces the previous
   * listener.
   */
  onObjectCreated(listener: (object: CreatedObject) => void): void;
}

export interface ServicesOptions {
  deployment: Deployment;
  data_dir: string;
  stacks: () => DescribedStack[];
  /** Makes an AWS call through the gateway. */
  dispatch: (call: AwsCall) => Promise<AwsReply>;
  openSession: StsOptions['openSession'];
  now: () => number;
  random: () => number;
  /**
   * Comprehend's quotas by action, in calls per second. If the option is absent, the default quotas
   * of an AWS account apply.
   */
  comprehend_quotas?: Record<string, number>;
  /** Whether DynamoDB limits the throughput of on-demand tables. Default: `unlimited`. */
  dynamodb_throughput?: 'unlimited' | 'on-demand';
  kinesis_throughput?: 'unlimited' | 'shard-limits';
  /** Number of shards of new streams of tables, and the age at which a shard is replaced. */
  table_streams?: { shards?: number; shard_life_ms?: number };
}

/**
 * Creates the emulated services, with their data in the data folder.
 * @throws {Error} if another process uses a folder of the services.
 */
export async function createServices(options: ServicesOptions): Promise<Services> {
  const { data_dir, now, random } = options;
  let listener: (object: CreatedObject) => void = () => {};
  const s3 = withObjectEvents(createS3({ dataDir: join(data_dir, 's3'), now }), (object) =>
    listener(object),
  );
  const firehose = createFirehose({
    dataDir: join(data_dir, 'firehose'),
    now,
    random,
    putObject: createRolePut(options.deployment.roles, options.dispatch),
  });
  const { stack } = options.deployment;
  const [kinesis, dynamodb] = await openDatabases(options);
  const cloudformation = createCloudFormation({ stacks: options.stacks });
  const comprehend = createComprehend({
    now,
    ...(options.comprehend_quotas === undefined
      ? {}
      : { calls_per_second: options.comprehend_quotas }),
  });
  const athena = createAthena({
    glue: catalogOf(stack),
    work_groups: workGroupsOf(stack),
    s3Dir: join(data_dir, 's3'),
    dataDir: join(data_dir, 'athena'),
    now,
  });
  const keys = createKeyStore({ path: join(data_dir, 'api-gateway', 'keys.json'), now });
  const queues = createQueueStore({
    path: join(data_dir, 'sqs', 'queues.json'),
    specs: queueSpecs(stack),
    now,
  });
  const secrets = createSecretsManager({
    path: join(data_dir, 'secrets', 'secrets.json'),
    specs: secretSpecs(stack),
    now,
  });
  const all = [
    kinesis,
    dynamodb,
    s3,
    firehose,
    comprehend,
    athena,
    cloudformation,
    createSqs(queues),
    createSts({
      findRole: options.deployment.roles.findTrusting,
      openSession: options.openSession,
      now,
    }),
    secrets,
    createApiGateway({ keys, plans: usagePlans(stack) }),
  ];
  return {
    all,
    kinesis,
    dynamodb,
    s3,
    firehose,
    queues,
    keys,
    onObjectCreated(next) {
      listener = next;
    },
  };
}

/** Opens the services whose data is in LevelDB. */
function openDatabases(options: ServicesOptions): Promise<[KinesisService, DynamoDbService]> {
  const { data_dir, now, table_streams = {} } = options;
  const { shards, shard_life_ms } = table_streams;
  const tables = options.deployment.stack
    .resources('AWS::DynamoDB::Table')
    .map(({ physical_id }) => physical_id);
  return Promise.all([
    createKinesis({
      path: join(data_dir, 'kinesis'),
      now,
      throughput: options.kinesis_throughput ?? 'unlimited',
    }),
    createDynamoDb({
      path: join(data_dir, 'dynamodb'),
      now,
      throughput: options.dynamodb_throughput ?? 'unlimited',
      streamLabelOf: (table) => (tables.includes(table) ? TEMPLATE_LABEL : undefined),
      ...(shards !== undefined && { stream_shards: shards }),
      ...(shard_life_ms !== undefined && { shard_life_ms }),
    }),
  ]);
}
