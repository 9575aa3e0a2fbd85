import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lockFolder } from './folder-lock.ts';

/** The content of `cloud.json` in the data folder while a cloud is running. */
interface RunningCloud {
  pid: number;
  endpoint: string;
  region: string;
  access_key_id: string;
  secret_access_key: string;
  control_token: string;
  outputs: Record<string, string>;
  /** The base URL of the REST API. */
  api: string;
  /** Additional fields from the program that booted the cloud. */
  [more: string]: unknown;
}

/** A data folder that is locked for this process. */
export interface DataFolder {
  path: string;
  /**
   * Writes `cloud.json`, which tells other processes the endpoint and the credentials of the cloud.
   */
  announce(cloud: RunningCloud): Promise<void>;
  /** Removes `cloud.json` and the lock. */
  release(): Promise<void>;
}

/**
 * Locks a data folder. A new folder is readable by its owner only, because it contains texts. In a
 * folder that exists, all folders of the cloud are readable by their owner only.
 *
 * @throws {Error} if another process uses the folder. The message contains the id of that process.
 */
export async function takeDataFolder(path: string): Promise<DataFolder> {
  await mkdir(path, { recursive: true, mode: OWNER_ONLY });
  const unlock = await lockFolder(path);
  const announcement = join(path, 'cloud.json');
  await closeToOthers(path);
  await rm(announcement, { force: true });
  return {
    path,
    async announce(cloud) {
      await writeFile(`${announcement}.new`, `${JSON.stringify(cloud, null, 2)}\n`, {
        mode: 0o600,
      });
      await rename(`${announcement}.new`, announcement);
    },
    async release() {
      await rm(announcement, { force: true });
      await unlock();
    },
  };
}

const OWNER_ONLY = 0o700;

/**
 * Takes the rights of other users from all folders in the data folder. The data folder itself keeps
 * its rights, because the user may have named a folder that contains other files.
 */
async function closeToOthers(path: string): Promise<void> {
  for (const name of FOLDERS) {
    const folder = join(path, name);
    await mkdir(folder, { recursive: true, mode: OWNER_ONLY });
    await chmod(folder, OWNER_ONLY);
  }
}

/** The folders of the services and of the runtime. */
const FOLDERS = [
  'api-gateway',
  'athena',
  'checkpoints',
  'dynamodb',
  'firehose',
  'kinesis',
  'lock',
  'logs',
  's3',
  'secrets',
  'sqs',
];
