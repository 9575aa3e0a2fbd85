import { join } from 'node:path';
import { ACCOUNT_ID } from '../gateway/types.ts';
import type { QueueStore } from '../services/sqs/store.ts';
import { createKinesisSource } from './event-source/kinesis-source.ts';
import { type MappingOptions, type MappingStatus, startMapping } from './event-source/mapping.ts';
import { createS3Destination } from './event-source/s3-destination.ts';
import { type MappingProperties, mappingSettings } from './event-source/settings.ts';
import type { Credentials } from './function/credentials.ts';
import type { Functions } from './functions.ts';
import {
  type QueueMappingOptions,
  type QueueMappingStatus,
  startQueueMapping,
} from './queue-source/queue-mapping.ts';
import type { Resource, Stack } from './template/stack.ts';

export interface MappingsOptions {
  stack: Stack;
  functions: Functions;
  queues: QueueStore;
  endpoint: string;
  region: string;
  /** Where checkpoints are kept. */
  directory: string;
  now: () => number;
  random: () => number;
}

export interface Mappings {
  status(): (MappingStatus | QueueMappingStatus)[];
  stop(): Promise<void>;
}

/** Starts the template's event source mappings, each in the name of its function's role. */
export function startMappings(options: MappingsOptions): Mappings {
  const starters = options.stack
    .resources('AWS::Lambda::EventSourceMapping')
    .filter((resource) => String(resource.properties().Enabled ?? true) === 'true')
    .map((resource): (() => Started) => {
      if (isOfQueue(resource)) {
        const mapping = queueMappingOf(resource, options);
        return () => startQueueMapping(mapping);
      }
      const mapping = mappingOf(resource, options);
      return () => startMapping(mapping);
    });
  // Only once all of them are known to be played.
  const mappings = starters.map((start) => start());
  return {
    status: () => mappings.map((mapping) => mapping.status()),
    stop: async () => {
      await Promise.all(mappings.map((mapping) => mapping.stop()));
    },
  };
}

interface Started {
  status(): MappingStatus | QueueMappingStatus;
  stop(): Promise<void>;
}

function isOfQueue(resource: Resource): boolean {
  return String(resource.properties().EventSourceArn).startsWith('arn:aws:sqs:');
}

const QUEUE_PROPERTIES = new Set([
  'FunctionName',
  'EventSourceArn',
  'Enabled',
  'BatchSize',
  'FunctionResponseTypes',
  'ScalingConfig',
]);
/** Lambda scales so far by itself; on one machine that is plenty. */
const QUEUE_CONCURRENCY = 10;

function queueMappingOf(resource: Resource, options: MappingsOptions): QueueMappingOptions {
  const properties = resource.properties() as unknown as MappingProperties & {
    ScalingConfig?: { MaximumConcurrency?: number };
  };
  const wrong = (message: string) =>
    new Error(`${resource.logical_id} (${resource.type}): ${message}`);
  const unplayed = Object.keys(properties).filter((name) => !QUEUE_PROPERTIES.has(name));
  if (unplayed.length > 0) throw wrong(`${unplayed.join(', ')}: not played here for queues.`);
  const queue = options.queues.byArn(properties.EventSourceArn);
  if (queue === undefined) throw wrong(`there is no queue ${properties.EventSourceArn}.`);
  const handler = options.functions.find(properties.FunctionName);
  if (queue.spec.visibility_timeout_ms < handler.spec.timeout_ms) {
    throw wrong('the visibility timeout of the queue is less than the timeout of the function.');
  }
  const batch_size = Number(properties.BatchSize ?? 10);
  if (batch_size > 10) throw wrong('a BatchSize over 10 is not played here.');
  return {
    mapping_id: resource.physical_id,
    function_arn: handler.spec.arn,
    queue_arn: queue.spec.arn,
    queue_url: `${options.endpoint}/${ACCOUNT_ID}/${queue.spec.name}`,
    batch_size,
    concurrency: Number(properties.ScalingConfig?.MaximumConcurrency ?? QUEUE_CONCURRENCY),
    report_item_failures: (properties.FunctionResponseTypes ?? []).includes(
      'ReportBatchItemFailures',
    ),
    config: clientConfig(options, handler.credentials),
    invoke: handler.invoke,
    work: queue.counts,
  };
}

function mappingOf(resource: Resource, options: MappingsOptions): MappingOptions {
  const properties = resource.properties() as unknown as MappingProperties;
  const handler = options.functions.find(properties.FunctionName);
  const config = clientConfig(options, handler.credentials);
  return {
    mapping_id: resource.physical_id,
    function_arn: handler.spec.arn,
    role_arn: handler.spec.role_arn,
    settings: settingsOf(resource, properties, options.random),
    source: createKinesisSource(properties.EventSourceArn, config),
    destination: destinationOf(resource, properties, config),
    invoke: handler.invoke,
    directory: join(options.directory, 'checkpoints'),
    now: options.now,
  };
}

function settingsOf(resource: Resource, properties: MappingProperties, random: () => number) {
  try {
    return mappingSettings(properties, random);
  } catch (cause) {
    const message = (cause as Error).message;
    throw new Error(`${resource.logical_id} (${resource.type}): ${message}`, { cause });
  }
}

function destinationOf(
  resource: Resource,
  { DestinationConfig }: MappingProperties,
  config: ReturnType<typeof clientConfig>,
) {
  const arn = DestinationConfig?.OnFailure?.Destination;
  if (arn === undefined) return undefined;
  if (arn.startsWith('arn:aws:s3:::')) return createS3Destination(arn, config);
  throw new Error(
    `${resource.logical_id} (${resource.type}): the failure destination ${arn} is not played here, only S3.`,
  );
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
