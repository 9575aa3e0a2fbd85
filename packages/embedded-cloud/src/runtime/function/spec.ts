import { join } from 'node:path';
import { REGION } from '../../gateway/types.ts';
import { localQueueUrl } from '../outputs.ts';
import type { Assembly } from '../template/assembly.ts';
import type { Resource } from '../template/stack.ts';

/** A function as the template describes it. */
export interface FunctionSpec {
  logical_id: string;
  name: string;
  arn: string;
  role_arn: string;
  /** The bundle's folder, and its module. */
  folder: string;
  module: string;
  handler_name: string;
  /** `index.handler` */
  handler: string;
  runtime: string;
  timeout_ms: number;
  memory_mb: number;
  /** The template's variables, and no others. */
  environment: Record<string, string>;
  reserved_concurrency?: number;
  log_group: string;
}

interface FunctionProperties {
  Code: { S3Key?: string };
  Handler: string;
  Runtime: string;
  Role: string;
  Timeout?: number;
  MemorySize?: number;
  Environment?: { Variables?: Record<string, unknown> };
  ReservedConcurrentExecutions?: number;
  LoggingConfig?: { LogGroup?: string };
}

/** Defaults of timeout (3 s) and memory (128 MB) are Lambda's. @throws {Error} where the code is no file asset. */
export function functionSpec(resource: Resource, assembly: Assembly): FunctionSpec {
  const properties = resource.properties() as unknown as FunctionProperties;
  const { S3Key } = properties.Code;
  if (S3Key === undefined) throw new Error(`${resource.logical_id}: only file assets run here.`);
  const folder = assembly.assetFolder(S3Key);
  const dot = properties.Handler.lastIndexOf('.');
  const reserved = properties.ReservedConcurrentExecutions;
  return {
    logical_id: resource.logical_id,
    name: resource.physical_id,
    arn: resource.attribute('Arn'),
    role_arn: properties.Role,
    folder,
    module: join(folder, `${properties.Handler.slice(0, dot)}.mjs`),
    handler_name: properties.Handler.slice(dot + 1),
    handler: properties.Handler,
    runtime: properties.Runtime,
    timeout_ms: Number(properties.Timeout ?? 3) * 1000,
    memory_mb: Number(properties.MemorySize ?? 128),
    environment: Object.fromEntries(
      Object.entries(properties.Environment?.Variables ?? {}).map(([name, value]) => [
        name,
        String(value),
      ]),
    ),
    ...(reserved === undefined ? {} : { reserved_concurrency: Number(reserved) }),
    log_group: properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${resource.physical_id}`,
  };
}

/** Credentials of a function's role. */
export interface Credentials {
  access_key_id: string;
  secret_access_key: string;
  session_token: string;
}

function localised(environment: Record<string, string>, endpoint: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, localQueueUrl(value, endpoint)]),
  );
}

/**
 * What Lambda adds to the template's variables, and the endpoint of the embedded cloud: nothing else of this process.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function functionEnvironment(
  spec: FunctionSpec,
  options: { credentials: Credentials; endpoint: string; log_stream: string },
): Record<string, string> {
  return {
    ...localised(spec.environment, options.endpoint),
    AWS_ENDPOINT_URL: options.endpoint,
    AWS_ACCESS_KEY_ID: options.credentials.access_key_id,
    AWS_SECRET_ACCESS_KEY: options.credentials.secret_access_key,
    AWS_SESSION_TOKEN: options.credentials.session_token,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_EXECUTION_ENV: `AWS_Lambda_${spec.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memory_mb),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: spec.log_group,
    AWS_LAMBDA_LOG_STREAM_NAME: options.log_stream,
    LAMBDA_TASK_ROOT: spec.folder,
    _HANDLER: spec.handler,
    TZ: ':UTC',
  };
}
