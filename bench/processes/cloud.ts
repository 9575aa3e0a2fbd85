import { rmSync } from 'node:fs';
import { bootCloud } from '@aurastream/embedded-cloud';
import { EMBEDDED_PARAMETERS } from '../../infra/embedded-parameters.ts';
import { assemblyDir } from '../../infra/synthesize.ts';
import { answerParent } from './answer.ts';

/**
 * Asks this process to start the embedded cloud. The cloud has its own process, because a shared
 * event loop would slow the measured code down.
 */
export interface CloudQuestion {
  dataDir: string;
  assemblyDir?: string;
  comprehendQuotas?: Record<string, number>;
}

let data_dir: string | undefined;

answerParent<CloudQuestion>(
  async (options) => {
    data_dir = options.dataDir;
    const cloud = await bootCloud({
      ...options,
      parameters: EMBEDDED_PARAMETERS,
      assemblyDir: options.assemblyDir ?? (await assemblyDir()),
      port: 0,
    });
    // The parent process receives only data, because functions cannot be sent to it.
    return JSON.parse(JSON.stringify(cloud)) as object;
  },
  () => {
    if (data_dir !== undefined) rmSync(data_dir, { recursive: true, force: true });
  },
);
