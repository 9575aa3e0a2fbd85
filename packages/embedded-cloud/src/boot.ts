import { REGION } from './gateway/types.ts';
import { OWNER_KEY, OWNER_SECRET } from './runtime/callers.ts';
import type { CloudStatus } from './runtime/control.ts';
import { type DataFolder, takeDataFolder } from './runtime/data-folder.ts';
import { type Deployment, loadDeployment } from './runtime/deployment.ts';
import { type Host, startHost } from './runtime/host.ts';
import { provision } from './runtime/provision/provision.ts';
import { startWorkload, type Workload } from './runtime/workload.ts';

export interface BootOptions {
  /** Where streams, tables, buckets, checkpoints and logs are kept. One cloud at a time may use it. */
  dataDir: string;
  /** Absent or 0: any free one. */
  port?: number;
  /** The folder of the cloud assembly that `cdk synth` wrote: template and bundles. */
  assemblyDir: string;
  /** The template's parameters. */
  parameters?: Record<string, string>;
  /** Calls a second by action; absent: Comprehend's own quotas. */
  comprehendQuotas?: Record<string, number>;
  onProgress?: (step: string) => void;
  /** Told of defects of the stand-ins, without anything that a user sent. */
  log?: (line: string) => void;
}

/** The embedded cloud, up. */
export interface Cloud {
  endpoint: string;
  region: string;
  access_key_id: string;
  secret_access_key: string;
  outputs: Record<string, string>;
  /** The base URL of the REST API. */
  api: string;
  port: number;
  /** Tells other processes of this machine more, beside how to reach the cloud. */
  announce(more: Record<string, unknown>): Promise<void>;
  status(): CloudStatus;
  /** Delivers what Firehose holds. @returns how many objects S3 did not take: they are tried again. */
  flush(): Promise<{ waiting: number }>;
  /** Stops reading, lets invocations end (10 s at most), delivers what Firehose holds, and leaves nothing running. */
  close(): Promise<void>;
}

/**
 * Boots the embedded cloud: starts the services behind one port, makes what the template names, and runs
 * its functions.
 *
 * @throws {Error} where the port is taken (`code` EADDRINUSE), the data folder is in use, or the template holds what
 * is not played; nothing is left running then.
 */
export async function bootCloud(options: BootOptions): Promise<Cloud> {
  // The SDK's advice to upgrade Node is for those who choose it, not for those who watch the cloud start.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const deployment = await loadDeployment(options.assemblyDir, options.parameters);
  const folder = await takeDataFolder(options.dataDir);
  try {
    return await boot(deployment, folder, options);
  } catch (cause) {
    await folder.release();
    throw cause;
  }
}

async function boot(
  deployment: Deployment,
  folder: DataFolder,
  { port = 0, onProgress = () => {}, log = () => {}, comprehendQuotas }: BootOptions,
): Promise<Cloud> {
  const clock = { now: Date.now, random: Math.random };
  const common = { ...clock, deployment, data_dir: folder.path };
  onProgress('Starting the services');
  const host = await startHost({
    ...common,
    port,
    log,
    ...(comprehendQuotas === undefined ? {} : { comprehend_quotas: comprehendQuotas }),
  });
  try {
    onProgress('Making streams, tables and buckets');
    await provision({ stack: deployment.stack, ...host });
    // What it took to make them is nobody's use.
    host.gateway.meter.reset();
    onProgress('Starting the functions');
    const workload = await startWorkload({ ...common, host });
    const cloud = describe(host, workload);
    const announce = (more: Record<string, unknown>) =>
      folder.announce({ ...more, pid: process.pid, ...cloud });
    await announce({});
    return { ...cloud, port: host.port, announce, ...controls(host, workload, folder) };
  } catch (cause) {
    await host.gateway.close();
    throw cause;
  }
}

function describe({ endpoint }: Host, { outputs, api }: Workload) {
  return {
    endpoint,
    region: REGION,
    access_key_id: OWNER_KEY,
    secret_access_key: OWNER_SECRET,
    outputs,
    api,
  };
}

function controls(host: Host, workload: Workload, folder: DataFolder) {
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
