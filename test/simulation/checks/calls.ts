import type { Analyzer, DocumentOutcome, QuotaLedger } from '../../../processors/analysis/ports.ts';
import { ServiceError } from '../../../schemas/index.ts';
import { Violation } from './violation.ts';

type Detect = Analyzer['detectSentiment'];

/** Counts the calls of all environments together, in windows of two seconds. */
export function createQuotaCheck(options: { calls_per_second: number; now: () => number }) {
  const WINDOW_MS = 2_000;
  /** Some slots may be used late, so a window may have more calls than the quota. */
  const SLACK = 1.5;
  const most = (options.calls_per_second * SLACK * WINDOW_MS) / 1_000;
  let starts: number[] = [];
  return () => {
    const at = options.now();
    starts = starts.filter((start) => start > at - WINDOW_MS);
    starts.push(at);
    if (starts.length > most)
      throw new Violation(`${starts.length} calls within ${WINDOW_MS} ms exceed the quota`);
  };
}

/** Time in which slots of its own that a process takes after an error of the ledger begin. */
const FALLBACK_MS = 4_500;

/**
 * Checks that a process which was throttled makes further calls only in slots that it reserved
 * after that. One call may have got its slot before.
 */
export function checkSlots(
  analyzer: Analyzer,
  ledger: QuotaLedger,
  { now, fail }: { now: () => number; fail: (error: Violation) => void },
): { analyzer: Analyzer; ledger: QuotaLedger } {
  let calls = 0;
  let slots = Number.POSITIVE_INFINITY;
  let fallback_until = 0;
  const onThrottle = () => {
    calls = 0;
    slots = now() < fallback_until ? Number.POSITIVE_INFINITY : 1;
  };
  const detectSentiment: Detect = async (...call) => {
    calls += 1;
    if (calls > slots) fail(new Violation(`A throttled process made ${calls} calls in old slots`));
    try {
      const outcomes = await analyzer.detectSentiment(...call);
      if (outcomes.some((outcome) => !outcome.ok && outcome.throttled)) onThrottle();
      return outcomes;
    } catch (error) {
      if (error instanceof ServiceError && error.throttled) onThrottle();
      throw error;
    }
  };
  return {
    analyzer: { ...analyzer, detectSentiment },
    ledger: {
      async reserve(wanted, latest) {
        try {
          const reserved = await ledger.reserve(wanted, latest);
          if (reserved !== undefined) slots += wanted;
          return reserved;
        } catch (error) {
          // Without the ledger, the process uses slots of its own.
          slots = Number.POSITIVE_INFINITY;
          fallback_until = now() + FALLBACK_MS;
          throw error;
        }
      },
      change: (...of) => ledger.change(...of),
    },
  };
}

const FAILURES = 5;
const PAUSE_MS = 1_000;

/**
 * Checks that a process makes no calls for a second after five failures in a row, and only one call
 * at a time until a call succeeds.
 */
export function checkBreaker(
  analyzer: Analyzer,
  now: () => number,
  fail: (error: Violation) => void,
): Analyzer {
  let failures = 0;
  let closed_until = 0;
  let probes = 0;
  const onFailure = (is_probe: boolean) => {
    failures += 1;
    if (failures === FAILURES || is_probe) closed_until = now() + PAUSE_MS;
  };
  const detectSentiment: Detect = async (...call): Promise<DocumentOutcome[]> => {
    const is_probe = failures >= FAILURES;
    if (is_probe && now() < closed_until)
      fail(new Violation(`A call after ${failures} failures in a row`));
    if (is_probe && probes > 0) fail(new Violation('Two calls at a time while the analyzer fails'));
    if (is_probe) probes += 1;
    try {
      const outcomes = await analyzer.detectSentiment(...call);
      failures = 0;
      return outcomes;
    } catch (error) {
      const is_outage = error instanceof ServiceError && error.retryable && !error.throttled;
      if (is_outage && (failures < FAILURES || is_probe)) onFailure(is_probe);
      throw error;
    } finally {
      if (is_probe) probes -= 1;
    }
  };
  return { ...analyzer, detectSentiment };
}
