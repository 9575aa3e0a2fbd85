import { REGION } from './gateway/types.ts';
import type { CloudStatus } from './runtime/control.ts';
import { type DataFolder, takeDataFolder } from './runtime/data-folder.ts';
import { type Deployment, loadDeployment } from './runtime/deployment.ts';
import type { RetryPace } from './runtime/event-source/settings.ts';
import type { Credentials } from './runtime/function/credentials.ts';
import { type Host, startHost } from './runtime/host.ts';
import { provision } from './runtime/provision/provision.ts';
import { readRootSecret } from './runtime/root-secret.ts';
import { startWorkload, type Workload } from './runtime/workload.ts';

export interface BootOptions {
  /**
   * The folder for the data of streams, tables, buckets, checkpoints and logs. Only one cloud at a
   * time may use the folder.
   */
  dataDir: string;
  /** TCP port of the cloud. If the port is absent or 0, the cloud uses any free port. */
  port?: number;
  /**
   * Folder of the cloud assembly, which is the output of `cdk synth`. The assembly contains the
   * template and the functions' bundles. Several folders are several stacks in one account; their
   * names must differ.
   */
  assemblyDir: string | readonly string[];
  /** Values of the template's parameters. A parameter without a value has its default. */
  parameters?: Record<string, string>;
  /**
   * Comprehend's quotas by action, in calls per second. If the option is absent, the default quotas
   * of an AWS account apply.
   */
  comprehendQuotas?: Record<string, number>;
  /**
   * With `on-demand`, DynamoDB limits calls to the throughput of on-demand tables: per partition, per
   * table, and per index. The default is `unlimited`.
   */
  dynamodbThroughput?: 'unlimited' | 'on-demand';
  /**
   * With `shard-limits`, Kinesis limits puts and reads to the throughput of their shard. The default
   * is `unlimited`.
   */
  kinesisThroughput?: 'unlimited' | 'shard-limits';
  /**
   * The streams of tables: the number of shards of a new stream, which is 2 by default, and the age
   * at which a shard is closed and replaced by a child, which is four hours by default.
   */
  tableStreams?: { shards?: number; shardLifeMs?: number };
  /**
   * The pace at which event source mappings of streams retry a failed batch: `at_once` without a
   * wait, `usual` after 0.2 to 30 s, or `slow` after 5 to 60 s. If the option is absent, the pace is
   * `usual`. AWS does not document the pace of Lambda.
   */
  retryPace?: RetryPace;
  /**
   * `bootCloud` calls this function before each step of the start. The argument describes the step
   * for the user.
   */
  onProgress?: (step: string) => void;
  /**
   * The cloud calls this function with one line for each bug of the emulation. The line contains
   * the action and the stack trace, but neither the error's message nor any user's data.
   */
  log?: (line: string) => void;
}

/** A running embedded cloud. */
export interface Cloud {
  endpoint: string;
  region: string;
  /** The access key of the account's owner, who may make every call. */
  access_key_id: string;
  secret_access_key: string;
  /**
   * The token for the control routes. A call of a control route contains the header `Authorization:
   * Bearer TOKEN`.
   */
  control_token: string;
  /** The credentials of each function's role, by the function's logical id. */
  function_credentials: Record<string, Credentials>;
  /** The outputs of the first stack. URLs in the outputs point to the embedded cloud. */
  outputs: Record<string, string>;
  /** The base URL of the first REST API, or an empty string if there is no REST API. */
  api: string;
  port: number;
  /**
   * Writes the file `cloud.json` in the data folder again, with additional fields. Other processes
   * read the endpoint and the credentials from that file.
   */
  announce(more: Record<string, unknown>): Promise<void>;
  status(): CloudStatus;
  /**
   * Delivers the records that Firehose has buffered.
   * @returns the number of objects that S3 refused and that Firehose will send again.
   */
  flush(): Promise<{ waiting: number }>;
  /**
   * Closes the cloud. The function stops reading streams and queues, waits up to 10 s for running
   * invocations, delivers the records that Firehose has buffered, and stops all services.
   */
  close(): Promise<void>;
}

/**
 * Boots the embedded cloud. The function starts the services behind one port, creates the
 * template's resources, and starts the template's functions.
 *
 * @example
 * const cloud = await bootCloud({ assemblyDir: 'cdk.out', dataDir: '.cloud' });
 * const kinesis = new KinesisClient({
 *   endpoint: cloud.endpoint,
 *   region: cloud.region,
 *   credentials: { accessKeyId: cloud.access_key_id, secretAccessKey: cloud.secret_access_key },
 * });
 * await cloud.close();
 *
 * @throws {Error} if the port is in use, if another cloud uses the data folder, or if the template
 * needs a feature that is not emulated. If the port is in use, `code` is EADDRINUSE. After an
 * error, no part of the cloud keeps running.
 */
export async function bootCloud(options: BootOptions): Promise<Cloud> {
  // Turns off the SDK's warning about the Node.js version. The users of the calling program cannot
  // act on the warning.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const deployment = await loadDeployment(options.assemblyDir, options.parameters);
  const folder = await takeDataFolder(options.dataDir);
  try {
    return await bootDeployment(deployment, folder, options);
  } catch (cause) {
    await folder.release();
    throw cause;
  }
}

async function bootDeployment(
  deployment: Deployment,
  folder: DataFolder,
  { port = 0, onProgress = () => {}, log = () => {}, ...options }: BootOptions,
): Promise<Cloud> {
  const common = { now: Date.now, random: Math.random, deployment, data_dir: folder.path };
  onProgress('Starting the services');
  const host = await startHost({
    ...common,
    port,
    root_secret: await readRootSecret(folder.path),
    log,
    dynamodb_throughput: options.dynamodbThroughput ?? 'unlimited',
    kinesis_throughput: options.kinesisThroughput ?? 'unlimited',
    table_streams: tableStreamsOf(options.tableStreams),
    ...(options.comprehendQuotas === undefined
      ? {}
      : { comprehend_quotas: options.comprehendQuotas }),
  });
  try {
    onProgress('Creating streams, tables and buckets');
    await provision({ deployment, ...host });
    // Resets the meter, because the meter must not count the calls that created the resources.
    host.gateway.meter.reset();
    onProgress('Starting the functions');
    const retry_pace = options.retryPace ?? 'usual';
    const workload = await startWorkload({ ...common, host, retry_pace });
    const access = accessTo(host, workload);
    const announce = (more: Record<string, unknown>) =>
      folder.announce({ ...more, pid: process.pid, ...access });
    await announce({});
    const { function_credentials } = workload;
    const controls = controlsOf(host, workload, folder);
    return { ...access, function_credentials, port: host.port, announce, ...controls };
  } catch (cause) {
    await host.gateway.close();
    throw cause;
  }
}

function tableStreamsOf({ shards, shardLifeMs }: BootOptions['tableStreams'] = {}) {
  return {
    ...(shards !== undefined && { shards }),
    ...(shardLifeMs !== undefined && { shard_life_ms: shardLifeMs }),
  };
}

function accessTo({ endpoint, callers, control_token }: Host, { outputs, api }: Workload) {
  return { endpoint, region: REGION, ...callers.owner, control_token, outputs, api };
}

function controlsOf(host: Host, workload: Workload, folder: DataFolder) {
  let closed: Promise<void> | undefined;
  const close = async () => {
    await workload.stop();
    void (await host.services.firehose.flush());
    await host.gateway.close();
    await folder.release();
  };
  return {
    status: workload.status,
    flush: host.services.firehose.flush,
    close() {
      closed ??= close();
      return closed;
    },
  };
}
