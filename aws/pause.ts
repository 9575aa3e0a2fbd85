import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_PAUSE_MS = 50;

/** Full jitter, as AWS asks for: those that were throttled together do not come back together. */
export async function pauseWithJitter(round: number): Promise<void> {
  await sleep(Math.random() * FIRST_PAUSE_MS * 2 ** round);
}
