import { prepareKeys } from '../../cli/start/keys.ts';
import { createClient } from '../../client/index.ts';
import { changedAssembly } from '../support/assembly.ts';
import { testCloud } from '../support/cloud.ts';

/**
 * Memory of the function that streams results, in MB. The embedded cloud limits the JavaScript heap of
 * a function to it, so that a function that kept its rows would die.
 */
export const MEMORY_MB = 128;

/** Starts a cloud whose function for downloads has little memory. */
export async function startDownloadCloud() {
  const assemblyDir = await changedAssembly(({ Resources }) => {
    for (const [id, { Type, Properties }] of Object.entries(Resources)) {
      if (id.startsWith('ApiDownloadHandler') && Type === 'AWS::Lambda::Function') {
        Properties.MemorySize = MEMORY_MB;
      }
      // The functions that count and keep the results would compete for the processor.
      if (Type === 'AWS::Lambda::EventSourceMapping') Properties.Enabled = false;
    }
  });
  const test = await testCloud({ assemblyDir });
  const { api_key } = await prepareKeys(test.cloud);
  return { test, api_key, client: createClient({ base_url: test.cloud.api, api_key }) };
}
