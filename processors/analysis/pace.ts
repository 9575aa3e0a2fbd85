import { setTimeout as sleep } from 'node:timers/promises';
import type { Analyzer } from './ports.ts';

/**
 * Spaces an analyzer's calls evenly, so that consumers that share a quota stay below it instead of being refused.
 *
 * @param options.calls_per_second the share of one execution environment.
 */
export function paced(
  analyzer: Analyzer,
  options: {
    calls_per_second: number;
    /** Epoch milliseconds. */
    now: () => number;
    pause?: (milliseconds: number) => Promise<unknown>;
  },
): Analyzer {
  const { now, pause = sleep } = options;
  const interval_ms = 1_000 / options.calls_per_second;
  let next_at = 0;
  return {
    ...analyzer,
    async detectSentiment(documents, language_code) {
      const start_at = Math.max(now(), next_at);
      next_at = start_at + interval_ms;
      if (start_at > now()) await pause(start_at - now());
      return analyzer.detectSentiment(documents, language_code);
    },
  };
}
