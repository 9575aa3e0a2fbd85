import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The content of `cloud.json` in the data folder while a cloud is running. */
interface RunningCloud {
  pid: number;
  endpoint: string;
  region: string;
  access_key_id: string;
  secret_access_key: string;
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
 * Locks a data folder. If the process that holds the lock has died, this process takes over the
 * lock.
 *
 * @throws {Error} if another process uses the folder. The message contains the id of that process.
 */
export async function takeDataFolder(path: string): Promise<DataFolder> {
  await mkdir(path, { recursive: true });
  const lock = join(path, 'cloud.lock');
  const announcement = join(path, 'cloud.json');
  await takeLock(path, lock);
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
      await rm(lock, { force: true });
    },
  };
}

async function takeLock(path: string, lock: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await writeFile(lock, String(process.pid), { flag: 'wx' });
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    }
    const pid = Number(await readFile(lock, 'utf8').catch(() => ''));
    if (attempt > 1 || isAlive(pid)) {
      throw new Error(
        `${path} is in use by another embedded cloud (process ${pid}). ` +
          'Stop that process, or use another data folder.',
      );
    }
    await rm(lock, { force: true });
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    return process.kill(pid, 0);
  } catch (cause) {
    // EPERM means that the process exists and belongs to another user.
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}
