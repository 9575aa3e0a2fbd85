import { REGION } from './gateway/types.ts';
import { OWNER_KEY, OWNER_SECRET } from './runtime/callers.ts';
import type { CloudStatus } from './runtime/control.ts';
import { type DataFolder, takeDataFolder } from './runtime/data-folder.ts';
import { type Deployment, loadDeployment } from './runtime/deployment.ts';
import { type Host, startHost } from './runtime/host.ts';
import { provision } from './runtime/provision/provision.ts';
import { startWorkload, type Workload } from './runtime/workload.ts';

export interface BootOptions {
  /** The folder of streams, tables, buckets, checkpoints and logs. One cloud at a time may use it. */
  dataDir: string;
  /** Absent or 0: any free port. */
  port?: number;
  /** The cloud assembly that `cdk synth` wrote: template and bundles. */
  assemblyDir: string;
  /** Values for the template's parameters; absent: their defaults. */
  parameters?: Record<string, string>;
  /** Comprehend's quotas in calls a second, by action; absent: the default quotas of an AWS account. */
  comprehendQuotas?: Record<string, number>;
  /** Called with each step of the start, for display. */
  onProgress?: (step: string) => void;
  /** Called with bugs of the emulation: action and stack trace, without the error's message or any user's data. */
  log?: (line: string) => void;
}

/** A running embedded cloud. */
export interface Cloud {
  endpoint: string;
  region: string;
  /** Credentials of the account's owner, who may do everything. */
  access_key_id: string;
  secret_access_key: string;
  /** The template's outputs; URLs lead to the embedded cloud. */
  outputs: Record<string, string>;
  /** The base URL of the REST API; empty if the template has none. */
  api: string;
  port: number;
  /** Adds fields to `cloud.json` in the data folder, where other processes find the endpoint and the credentials. */
  announce(more: Record<string, unknown>): Promise<void>;
  status(): CloudStatus;
  /** Delivers what Firehose has buffered. @returns how many objects S3 refused; Firehose retries them. */
  flush(): Promise<{ waiting: number }>;
  /** Stops reading, waits up to 10 s for invocations, delivers what Firehose has buffered, and stops everything. */
  close(): Promise<void>;
}

/**
 * Boots the embedded cloud: starts the services behind one port, creates the template's resources, and runs its
 * functions.
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
 * @throws {Error} if the port is taken (`code` is EADDRINUSE), another cloud uses the data folder, or the template
 * needs something that is not emulated. Nothing keeps running then.
 */
export async function bootCloud(options: BootOptions): Promise<Cloud> {
  // Turns off the SDK's warning about the Node.js version, which users of the caller's program cannot act on.
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
  { port = 0, onProgress = () => {}, log = () => {}, comprehendQuotas }: BootOptions,
): Promise<Cloud> {
  const common = { now: Date.now, random: Math.random, deployment, data_dir: folder.path };
  onProgress('Starting the services');
  const host = await startHost({
    ...common,
    port,
    log,
    ...(comprehendQuotas === undefined ? {} : { comprehend_quotas: comprehendQuotas }),
  });
  try {
    onProgress('Creating streams, tables and buckets');
    await provision({ stack: deployment.stack, ...host });
    // The meter must not count the calls that created the resources.
    host.gateway.meter.reset();
    onProgress('Starting the functions');
    const workload = await startWorkload({ ...common, host });
    const access = accessTo(host, workload);
    const announce = (more: Record<string, unknown>) =>
      folder.announce({ ...more, pid: process.pid, ...access });
    await announce({});
    return { ...access, port: host.port, announce, ...controlsOf(host, workload, folder) };
  } catch (cause) {
    await host.gateway.close();
    throw cause;
  }
}

function accessTo({ endpoint }: Host, { outputs, api }: Workload) {
  return {
    endpoint,
    region: REGION,
    access_key_id: OWNER_KEY,
    secret_access_key: OWNER_SECRET,
    outputs,
    api,
  };
}

function controlsOf(host: Host, workload: Workload, folder: DataFolder) {
  let closed: Promise<void> | undefined;
  const close = async () => {
    await workload.stop();
    await host.services.firehose.flush();
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
