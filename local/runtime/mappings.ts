import { join } from 'node:path';
import { createKinesisSource } from './event-source/kinesis-source.ts';
import { type MappingOptions, type MappingStatus, startMapping } from './event-source/mapping.ts';
import { createS3Destination } from './event-source/s3-destination.ts';
import { type MappingProperties, mappingSettings } from './event-source/settings.ts';
import type { Credentials } from './function/spec.ts';
import type { Functions } from './functions.ts';
import type { Resource, Stack } from './template/stack.ts';

export interface MappingsOptions {
  stack: Stack;
  functions: Functions;
  endpoint: string;
  region: string;
  /** Where checkpoints are kept. */
  directory: string;
  now: () => number;
  random: () => number;
}

export interface Mappings {
  status(): MappingStatus[];
  stop(): Promise<void>;
}

/** Starts the template's event source mappings, each in the name of its function's role. */
export function startMappings(options: MappingsOptions): Mappings {
  const mappings = options.stack
    .resources('AWS::Lambda::EventSourceMapping')
    .filter((resource) => String(resource.properties().Enabled ?? true) === 'true')
    .map((resource) => mappingOf(resource, options))
    // Only once all of them are known to be played.
    .map(startMapping);
  return {
    status: () => mappings.map((mapping) => mapping.status()),
    stop: async () => {
      await Promise.all(mappings.map((mapping) => mapping.stop()));
    },
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
