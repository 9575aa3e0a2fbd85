import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What `cloud.json` in the data folder says while a cloud is up. */
export interface RunningCloud {
  pid: number;
  endpoint: string;
  region: string;
  access_key_id: string;
  secret_access_key: string;
  outputs: Record<string, string>;
  /** The base URL of the REST API. */
  api: string;
  /** What whoever started the cloud wants others to know beside. */
  [more: string]: unknown;
}

/** A data folder that this process alone may use. */
export interface DataFolder {
  path: string;
  /** Tells other processes how to reach the cloud. */
  announce(cloud: RunningCloud): Promise<void>;
  /** Takes back what was announced, and lets another process have the folder. */
  release(): Promise<void>;
}

/**
 * Takes a data folder; one that a dead process has left locked is taken over.
 *
 * @throws {Error} that names the process which has it.
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
        `${path} is in use by another embedded cloud (process ${pid}). Stop that one, or give this one a folder of its own with --data.`,
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
    // Somebody else's process is alive too.
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}
