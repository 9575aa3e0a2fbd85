import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';

/**
 * Locks a data folder for this process.
 *
 * The lock is an open LevelDB database. LevelDB locks its files through the operating system, which
 * releases the lock when the process ends, also after `kill -9`. A file with a process id would be a
 * weaker lock: two processes that find the file of a dead process can both replace it, and a new
 * program may get the id of the dead process.
 *
 * @returns a function that releases the lock.
 * @throws {Error} if another process has the lock. The message contains the id of that process.
 */
export async function lockFolder(path: string): Promise<() => Promise<void>> {
  const lock = new ClassicLevel(join(path, 'lock'), { cacheSize: 0, writeBufferSize: 64 * 1024 });
  const holder = join(path, 'cloud.pid');
  try {
    await lock.open();
  } catch (cause) {
    if (!isLocked(cause)) throw cause;
    const pid = await readFile(holder, 'utf8').catch(() => 'unknown');
    throw new Error(
      `${path} is in use by another embedded cloud (process ${pid}). ` +
        'Stop that process, or use another data folder.',
      { cause },
    );
  }
  await writeFile(holder, String(process.pid));
  return async () => {
    await rm(holder, { force: true });
    await lock.close();
  };
}

function isLocked(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: string } };
  return cause?.code === 'LEVEL_LOCKED';
}
