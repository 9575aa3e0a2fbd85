import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 20;
const GIVE_UP_MS = 30_000;

/**
 * Creates a resource where it is not there, and waits until it is ACTIVE.
 *
 * @throws {Error} where it does not get ACTIVE in half a minute.
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
    if (waited >= GIVE_UP_MS) throw new Error('A new resource does not get ACTIVE.');
    await sleep(POLL_MS);
  }
}
