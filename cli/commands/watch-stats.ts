import type { StatsResponse } from '../../schemas/index.ts';
import { Advice } from '../errors.ts';
import type { Screen } from '../output/screen.ts';

export interface WatchDeps {
  read: () => Promise<StatsResponse>;
  /** Waits before the next request. Rejects when the user has pressed Ctrl-C. */
  pause: () => Promise<unknown>;
  openScreen: () => Screen;
  /** Draws statistics, and the message of the request that failed after them. */
  draw: (stats: StatsResponse, failure?: string) => string[];
  signal: AbortSignal;
}

/**
 * Shows the statistics again and again, until the signal. A request that fails after the first shows
 * its error below the last statistics, and the next request is made as usual.
 *
 * @throws {Advice} if the first request fails.
 */
export async function watchStats(deps: WatchDeps): Promise<void> {
  try {
    await showForEver(deps, await deps.read());
  } catch (error) {
    if (!deps.signal.aborted) throw error;
  }
}

async function showForEver(deps: WatchDeps, first: StatsResponse): Promise<void> {
  const screen = deps.openScreen();
  let stats = first;
  try {
    for (let failure: string | undefined; ; ) {
      screen.show(deps.draw(stats, failure));
      void (await deps.pause());
      try {
        stats = await deps.read();
        failure = undefined;
      } catch (error) {
        if (!(error instanceof Advice)) throw error;
        failure = error.message;
      }
    }
  } finally {
    screen.close();
  }
}
