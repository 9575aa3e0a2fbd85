import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 20;
const GIVE_UP_MS = 30_000;

/**
 * Creates a resource if it does not exist, and waits until the resource is ACTIVE.
 *
 * @throws {Error} if the resource is not ACTIVE after half a minute.
 */
export async function untilActive(
  status: () => Promise<string | undefined>,
  create: () => Promise<void>,
): Promise<void> {
  const current = async () => {
    try {
      return await status();
    } catch (cause) {
      if ((cause as Error).name === 'ResourceNotFoundException') return undefined;
      throw cause;
    }
  };
  if ((await current()) === undefined) await create();
  for (let waited = 0; (await current()) !== 'ACTIVE'; waited += POLL_MS) {
    if (waited >= GIVE_UP_MS)
      throw new Error(`A new resource is not ACTIVE after ${GIVE_UP_MS / 1_000} s.`);
    await sleep(POLL_MS);
  }
}
