import { join } from 'node:path';
import { REGION } from '../../gateway/types.ts';
import { loadDeployment } from '../deployment.ts';
import { localQueueUrl } from '../queue-url.ts';
import type { Assembly } from '../template/assembly.ts';
import type { Resource } from '../template/resource.ts';
import type { Credentials } from './credentials.ts';

/** A function as the template describes it. */
export interface FunctionSpec {
  logical_id: string;
  name: string;
  arn: string;
  role_arn: string;
  /** Path of the bundle's folder. */
  folder: string;
  /** Path of the bundle's JavaScript module. */
  module: string;
  /** Name of the module's export that handles events. */
  handler_name: string;
  /** The function's Handler property, for example `index.handler`. */
  handler: string;
  runtime: string;
  timeout_ms: number;
  memory_mb: number;
  /**
   * The environment variables that the template sets for the function, without the variables that
   * Lambda adds.
   */
  environment: Record<string, string>;
  reserved_concurrency?: number;
  /** Whether Lambda leaves a recursive loop of the function alone. */
  allows_recursion?: boolean;
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
  RecursiveLoop?: 'Allow' | 'Terminate';
  LoggingConfig?: { LogGroup?: string };
}

/** Default values of Lambda for the timeout and the memory of a function. */
const TIMEOUT_SECONDS = 3;
const MEMORY_MB = 128;

/**
 * Reads a function of the template.
 * @throws {Error} if the function's code is not a file asset.
 */
export function functionSpec(
  resource: Resource,
  assembly: Pick<Assembly, 'assetFolder'>,
): FunctionSpec {
  const properties = resource.properties() as unknown as FunctionProperties;
  const { S3Key } = properties.Code;
  if (S3Key === undefined) {
    throw new Error(
      `${resource.logical_id} (${resource.type}): inline code and images are not emulated. ` +
        'Give the function a file asset (Code.fromAsset or NodejsFunction).',
    );
  }
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
    timeout_ms: Number(properties.Timeout ?? TIMEOUT_SECONDS) * 1000,
    memory_mb: Number(properties.MemorySize ?? MEMORY_MB),
    environment: mapValues(properties.Environment?.Variables ?? {}, String),
    ...(reserved === undefined ? {} : { reserved_concurrency: Number(reserved) }),
    allows_recursion: properties.RecursiveLoop === 'Allow',
    log_group: properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${resource.physical_id}`,
  };
}

/**
 * Reads the functions of a cloud assembly without starting the functions.
 *
 * @example
 * const [first] = await loadFunctions('cdk.out');
 * console.log(first.name, first.module, first.memory_mb);
 */
export async function loadFunctions(
  assemblyDir: string,
  parameters?: Record<string, string>,
): Promise<FunctionSpec[]> {
  const { stack, assembly } = await loadDeployment(assemblyDir, parameters);
  return stack
    .resources('AWS::Lambda::Function')
    .map((resource) => functionSpec(resource, assembly));
}

/**
 * Returns all environment variables of a function. The result contains the template's variables,
 * the variables that Lambda adds, and the endpoint of the embedded cloud. The environment variables
 * of this process are not passed on.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 *
 * @example
 * const credentials = cloud.function_credentials[spec.logical_id];
 * const env = functionEnvironment(spec, { endpoint: cloud.endpoint, credentials });
 * new Worker(spec.module, { env });
 */
export function functionEnvironment(
  spec: FunctionSpec,
  options: { endpoint: string; log_stream?: string; credentials: Credentials },
): Record<string, string> {
  const { endpoint, credentials } = options;
  return {
    ...mapValues(spec.environment, (value) => localQueueUrl(value, endpoint)),
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: credentials.access_key_id,
    AWS_SECRET_ACCESS_KEY: credentials.secret_access_key,
    AWS_SESSION_TOKEN: credentials.session_token,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_EXECUTION_ENV: `AWS_Lambda_${spec.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memory_mb),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: spec.log_group,
    AWS_LAMBDA_LOG_STREAM_NAME: options.log_stream ?? '$LATEST',
    LAMBDA_TASK_ROOT: spec.folder,
    _HANDLER: spec.handler,
    TZ: ':UTC',
  };
}

function mapValues<Value>(
  values: Record<string, Value>,
  map: (value: Value) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}
