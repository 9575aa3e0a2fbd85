import { ServiceError } from '../../schemas/index.ts';
import type { Analyzer } from './ports.ts';

/** Failures in a row, after which a service counts as down. */
const FAILURES_TO_OPEN = 5;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

export interface BreakerStats {
  /** Nobody is let through, but for one probe at a time. */
  open: boolean;
  /** How often it opened since the process started. */
  opened: number;
  /** Calls that were not made. */
  spared: number;
}

/**
 * Stops paying for calls to a service that is down. After five failures in a row (throttles are none: the governor sees
 * to them) calls fail at once with `CircuitOpen`; after a pause, which doubles up to half a minute, one is let through
 * to see, and where it succeeds all are. Source: M. Nygard, "Release It!", 2007, circuit breaker.
 */
export function breaking(
  analyzer: Analyzer,
  { now }: { /** Epoch milliseconds. */ now: () => number },
): { analyzer: Analyzer; stats: () => BreakerStats } {
  let failures = 0;
  let closed_again_at = 0;
  let pause_ms = FIRST_PAUSE_MS;
  let is_open = false;
  let probing = false;
  const stats = { opened: 0, spared: 0 };

  function failed(is_probe: boolean): void {
    failures += 1;
    if (is_open && !is_probe) return;
    if (failures < FAILURES_TO_OPEN && !is_open) return;
    pause_ms = is_open ? Math.min(LONGEST_PAUSE_MS, pause_ms * 2) : FIRST_PAUSE_MS;
    if (!is_open) stats.opened += 1;
    is_open = true;
    closed_again_at = now() + pause_ms;
  }

  return {
    analyzer: {
      name: analyzer.name,
      version: analyzer.version,
      max_documents: analyzer.max_documents,
      max_document_bytes: analyzer.max_document_bytes,
      supports: (language_code) => analyzer.supports(language_code),
      async detectSentiment(documents, language_code) {
        const is_probe = is_open;
        if (is_open && (probing || now() < closed_again_at)) {
          stats.spared += 1;
          throw new ServiceError(analyzer.name, 'CircuitOpen', { retryable: true });
        }
        probing ||= is_probe;
        try {
          const outcomes = await analyzer.detectSentiment(documents, language_code);
          failures = 0;
          is_open = false;
          return outcomes;
        } catch (cause) {
          if (countsAsFailure(cause)) failed(is_probe);
          throw cause;
        } finally {
          if (is_probe) probing = false;
        }
      },
    },
    stats: () => ({ ...stats, open: is_open }),
  };
}

/** A refusal of what was asked, and having no time or quota, say nothing of the service. */
function countsAsFailure(cause: unknown): boolean {
  return (
    cause instanceof ServiceError &&
    cause.retryable &&
    !cause.throttled &&
    cause.code !== 'OutOfTime'
  );
}
