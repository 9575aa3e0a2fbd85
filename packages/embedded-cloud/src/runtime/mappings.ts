import { join } from 'node:path';
import { ACCOUNT_ID, type AwsCall, type AwsReply } from '../gateway/types.ts';
import type { DynamoDbService } from '../services/dynamodb.ts';
import type { KinesisService } from '../services/kinesis.ts';
import type { QueueStore } from '../services/sqs/store.ts';
import type { Callers } from './callers.ts';
import { createDynamoDbSource } from './event-source/dynamodb-source.ts';
import { createKinesisSource } from './event-source/kinesis-source.ts';
import {
  type MappingOptions,
  type MappingStatus,
  startMapping,
  TABLE_STREAM_PACE,
} from './event-source/mapping.ts';
import { createS3Destination } from './event-source/s3-destination.ts';
import {
  createBackoff,
  isTableStream,
  type MappingProperties,
  mappingSettings,
  type RetryPace,
} from './event-source/settings.ts';
import type { Credentials } from './function/credentials.ts';
import type { Functions } from './functions.ts';
import {
  type QueueMappingOptions,
  type QueueMappingStatus,
  startQueueMapping,
} from './queue-source/queue-mapping.ts';
import { queueMappingSettings } from './queue-source/settings.ts';
import { createServiceCall } from './service-call.ts';
import type { Resource } from './template/resource.ts';
import type { Stack } from './template/stack.ts';

export interface MappingsOptions {
  stack: Stack;
  functions: Functions;
  callers: Callers;
  /** Makes a call through the gateway. */
  dispatch: (call: AwsCall) => Promise<AwsReply>;
  queues: QueueStore;
  kinesis: Pick<KinesisService, 'endOf'>;
  dynamodb: Pick<DynamoDbService, 'endOf'>;
  endpoint: string;
  region: string;
  /** The data folder, which contains the folder of the checkpoints. */
  directory: string;
  now: () => number;
  random: () => number;
  /** The pace at which mappings of streams retry failed batches. */
  retry_pace: RetryPace;
}

export interface Mappings {
  status(): (MappingStatus | QueueMappingStatus)[];
  stop(): Promise<void>;
}

/** A running mapping of a stream or of a queue. */
interface AnyMapping {
  status(): MappingStatus | QueueMappingStatus;
  stop(): Promise<void>;
}

/**
 * Starts the template's event source mappings. Each mapping reads its source with the permissions
 * of its function's role.
 */
export function startMappings(options: MappingsOptions): Mappings {
  const resources = options.stack
    .resources('AWS::Lambda::EventSourceMapping')
    .filter((resource) => String(resource.properties().Enabled ?? true) === 'true');
  refuseThirdReader(resources);
  const starters = resources.map((resource) => prepareMapping(resource, options));
  // All mappings are prepared before the first mapping starts, so that no mapping keeps running if
  // another mapping is refused.
  const mappings = starters.map((start) => start());
  return {
    status: () => mappings.map((mapping) => mapping.status()),
    stop: async () => {
      await Promise.all(mappings.map((mapping) => mapping.stop()));
    },
  };
}

/**
 * Number of mappings of one table's stream. More readers of a shard are throttled on AWS.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
 */
const MOST_READERS = 2;

/** @throws {Error} if more than two mappings read the stream of one table */
function refuseThirdReader(resources: Resource[]): void {
  const readers = new Map<string, number>();
  for (const resource of resources) {
    const arn = String(resource.properties().EventSourceArn);
    if (!isTableStream(arn)) continue;
    const count = (readers.get(arn) ?? 0) + 1;
    readers.set(arn, count);
    if (count <= MOST_READERS) continue;
    throw new Error(
      `${resource.logical_id} (${resource.type}): the stream ${arn} already has ${MOST_READERS} ` +
        'mappings, and DynamoDB throttles a third reader of a shard. Let one function call the other.',
    );
  }
}

/**
 * Prepares a mapping.
 * @returns a function that starts the mapping.
 * @throws {Error} if the mapping is not emulated. The message contains the resource's id.
 */
function prepareMapping(resource: Resource, options: MappingsOptions): () => AnyMapping {
  const properties = resource.properties() as unknown as MappingProperties;
  try {
    if (String(properties.EventSourceArn).startsWith('arn:aws:sqs:')) {
      const mapping = queueMappingOptions(resource, options);
      return () => startQueueMapping(mapping);
    }
    const mapping = streamMappingOptions(resource, properties, options);
    return () => startMapping(mapping);
  } catch (cause) {
    const { message } = cause as Error;
    throw new Error(`${resource.logical_id} (${resource.type}): ${message}`, { cause });
  }
}

function queueMappingOptions(resource: Resource, options: MappingsOptions): QueueMappingOptions {
  const { function_name, queue_arn, ...settings } = queueMappingSettings(resource.properties());
  const queue = options.queues.byArn(queue_arn);
  if (queue === undefined) throw new Error(`the template has no queue ${queue_arn}.`);
  const handler = options.functions.find(function_name);
  if (queue.spec.visibility_timeout_ms < handler.spec.timeout_ms) {
    throw new Error(
      `the queue's visibility timeout (${queue.spec.visibility_timeout_ms} ms) must be at least the ` +
        `function's timeout (${handler.spec.timeout_ms} ms). Lambda refuses the mapping otherwise.`,
    );
  }
  return {
    ...settings,
    mapping_id: resource.physical_id,
    function_arn: handler.spec.arn,
    queue_arn,
    queue_url: `${options.endpoint}/${ACCOUNT_ID}/${queue.spec.name}`,
    config: clientConfig(options, handler.credentials),
    invoke: handler.invoke,
    countMessages: queue.countMessages,
  };
}

function streamMappingOptions(
  resource: Resource,
  properties: MappingProperties,
  options: MappingsOptions,
): MappingOptions {
  const handler = options.functions.find(properties.FunctionName);
  const config = clientConfig(options, handler.credentials);
  const identity = options.callers.find(handler.credentials.access_key_id);
  if (identity === undefined) throw new Error(`${handler.spec.name} has no credentials.`);
  const { caller } = identity;
  const { dispatch } = options;
  const call = (service: 'dynamodb' | 'kinesis') =>
    createServiceCall({ service, caller, dispatch });
  const { EventSourceArn } = properties;
  const reading = isTableStream(EventSourceArn)
    ? {
        source: createDynamoDbSource(EventSourceArn, call('dynamodb'), options.dynamodb),
        pace: TABLE_STREAM_PACE,
      }
    : { source: createKinesisSource(EventSourceArn, call('kinesis'), options.kinesis) };
  return {
    ...reading,
    mapping_id: resource.physical_id,
    function_arn: handler.spec.arn,
    role_arn: handler.spec.role_arn,
    settings: mappingSettings(properties, createBackoff(options.retry_pace, options.random)),
    destination: createDestination(properties, config),
    invoke: handler.invoke,
    directory: join(options.directory, 'checkpoints'),
    now: options.now,
  };
}

function createDestination(
  { DestinationConfig }: MappingProperties,
  config: ReturnType<typeof clientConfig>,
) {
  const arn = DestinationConfig?.OnFailure?.Destination;
  if (arn === undefined) return undefined;
  if (arn.startsWith('arn:aws:s3:::')) return createS3Destination(arn, config);
  throw new Error(`the failure destination ${arn} is not emulated. Use an S3 bucket.`);
}

function clientConfig(options: MappingsOptions, credentials: Credentials) {
  return {
    endpoint: options.endpoint,
    region: options.region,
    credentials: {
      accessKeyId: credentials.access_key_id,
      secretAccessKey: credentials.secret_access_key,
      sessionToken: credentials.session_token,
    },
  };
}
