import type { Cloud, MeterEntry, MeterReading } from '@aurastream/embedded-cloud';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { clientConfig } from '../aws/clients.ts';
import { readStack, type StackOutputs } from '../aws/cloudformation/stack.ts';
import { assemblyDir } from '../infra/synthesize.ts';
import { withFolder } from './folder.ts';
import { withChild } from './processes/child.ts';
import type { CloudQuestion } from './processes/cloud.ts';
import type { Run } from './suite.ts';

export interface BenchCloud
  extends Pick<
    Cloud,
    | 'endpoint'
    | 'region'
    | 'access_key_id'
    | 'secret_access_key'
    | 'control_token'
    | 'function_credentials'
    | 'outputs'
    | 'api'
  > {
  /** Configuration for SDK clients. */
  config: ReturnType<typeof clientConfig>;
  stack: StackOutputs;
  /** Reads the meter, which counts the calls to the embedded cloud since the last reset. */
  readMeter(): Promise<MeterEntry[]>;
  resetMeter(): Promise<void>;
}

const PROCESS = new URL('processes/cloud.ts', import.meta.url);

/**
 * Starts the embedded cloud in its own process and with a temporary data folder, runs the work, and
 * stops the cloud.
 */
export async function withCloud<T>(
  run: Run,
  options: Omit<CloudQuestion, 'dataDir'>,
  work: (cloud: BenchCloud) => Promise<T>,
): Promise<T> {
  run.reportStep('starting the embedded cloud');
  const assembly_dir = options.assemblyDir ?? (await assemblyDir());
  return withFolder((dataDir) =>
    withChild(PROCESS, { typescript: true, signal: run.signal }, async ({ ask }) => {
      const cloud = await ask<Cloud>({ ...options, assemblyDir: assembly_dir, dataDir });
      const config = clientConfig(cloud);
      const stack = await readStack('AuraStream', new CloudFormationClient(config));
      const control = async (method: string, route: string): Promise<MeterReading> => {
        const headers = { authorization: `Bearer ${cloud.control_token}` };
        const response = await fetch(`${cloud.endpoint}/_cloud/${route}`, { method, headers });
        if (!response.ok)
          throw new Error(`The embedded cloud answered ${response.status} to ${method} ${route}`);
        return (await response.json()) as MeterReading;
      };
      return work({
        ...cloud,
        config,
        stack,
        readMeter: async () => (await control('GET', 'meter')).entries,
        resetMeter: async () => void (await control('POST', 'meter/reset')),
      });
    }),
  );
}
