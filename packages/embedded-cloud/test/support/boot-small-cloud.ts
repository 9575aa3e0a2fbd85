import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BootOptions, bootCloud, type Cloud } from '../../src/boot.ts';
import type { TemplateResource } from '../../src/runtime/template/assembly.ts';
import { writeCloud } from './small-cloud.ts';

/** Small cloud that runs with its own temporary folders */
export interface BootedCloud {
  cloud: Cloud;
  data_dir: string;
  /** Configuration of an SDK client that signs its calls as the owner of the account */
  config: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  };
  /** Calls the control route `/_cloud/<route>` and returns the parsed answer. */
  control(method: string, route: string): Promise<unknown>;
  /** Closes the cloud and deletes its folders. */
  stop(): Promise<void>;
}

/** Boots the small cloud, with `resources` added to its template. */
export async function bootSmallCloud(
  resources: Record<string, TemplateResource> = {},
  options: Partial<BootOptions> = {},
): Promise<BootedCloud> {
  const assemblyDir = await writeCloud(resources);
  const dataDir = await mkdtemp(join(tmpdir(), 'embedded-cloud-data-'));
  const cloud = await bootCloud({ dataDir, assemblyDir, ...options });
  const { endpoint, region, access_key_id, secret_access_key, control_token } = cloud;
  return {
    cloud,
    data_dir: dataDir,
    config: {
      endpoint,
      region,
      credentials: { accessKeyId: access_key_id, secretAccessKey: secret_access_key },
    },
    async control(method, route) {
      const headers = { authorization: `Bearer ${control_token}` };
      const response = await fetch(`${endpoint}/_cloud/${route}`, { method, headers });
      return response.json();
    },
    async stop() {
      await cloud.close();
      await rm(dataDir, { recursive: true, force: true });
      await rm(assemblyDir, { recursive: true, force: true });
    },
  };
}
