import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceError } from '../../schemas/index.ts';
import type { Analyzer, DocumentOutcome, QuotaLedger, Rate, Slots } from './ports.ts';
import { CHANGE_MS, lowered, raised, slotsPerWrite } from './rates.ts';

export interface GovernorDeps {
  ledger: QuotaLedger;
  quota_calls_per_second: number;
  /** What this process allows itself while the ledger does not answer. */
  fallback_calls_per_second: number;
  /** Milliseconds in which a call must start; Infinity where nobody waits. */
  left_ms: () => number;
  /** Epoch milliseconds. */
  now: () => number;
  pause?: (milliseconds: number) => Promise<unknown>;
}

/** What governing did since the process started. */
export interface GovernorStats {
  /** Calls that had a slot. */
  granted: number;
  /** Calls whose slot would have come too late. */
  refused: number;
  waited_ms: number;
  throttles: number;
  ledger_errors: number;
  calls_per_second: number;
}

/** How often one call is made, the first included; each time in a slot of its own. */
const MAX_ATTEMPTS = 3;
/**
 * How late a slot may be used: with a large quota a lot is over before the ledger's answer is here. What comes late is
 * a hundredth of a second's calls at most for each process, which any bucket holds.
 */
const LATE_MS = 100;
/** How long a ledger that did not answer is left alone. */
const LEDGER_PAUSE_MS = 1_000;

/**
 * Spreads a quota over all who share its ledger: every call, those made again included, starts in a slot that nobody
 * else has. Slots are in virtual time (GCRA: ITU-T I.371, annex A), so that consumers never burst together. Who would
 * have to wait longer than it has time fails at once, as throttled, and takes no slot: nothing sleeps into a timeout.
 *
 * A write of the ledger takes slots for as many calls as wait here, up to a lot: others wait for one lot of ours at most,
 * and none is taken that nobody uses. It costs $0.625 a million; a million calls of 25 documents cost $7,500 at least.
 */
export function governed(
  analyzer: Analyzer,
  deps: GovernorDeps,
): { analyzer: Analyzer; stats: () => GovernorStats } {
  const stats: GovernorStats = {
    granted: 0,
    refused: 0,
    waited_ms: 0,
    throttles: 0,
    ledger_errors: 0,
    calls_per_second: deps.quota_calls_per_second,
  };
  const { now, left_ms, pause = sleep } = deps;
  const slots = createSlots(analyzer.name, deps, stats);
  /** Calls that have no slot yet, or whose slot is still to come. */
  let waiting = 0;
  let line: Promise<unknown> = Promise.resolve();

  /** One after the other, as slots come: nobody else's are kept waiting by more than one lot of ours. */
  async function slotBegun(deadline: number): Promise<Slots> {
    waiting += 1;
    const mine = line.then(() => untilBegun(deadline)).finally(() => (waiting -= 1));
    line = mine.catch(() => undefined);
    return mine;
  }

  async function untilBegun(deadline: number): Promise<Slots> {
    const slot = await slots.next(deadline, waiting);
    const wait_ms = slot.starts_at - now();
    if (wait_ms > 0) await pause(wait_ms);
    stats.waited_ms += Math.max(0, wait_ms);
    // Whoever asked may have gone while this waited.
    if (now() > deadline) throw outOfQuota(analyzer.name);
    return slot;
  }

  async function attempt(documents: string[], language_code: string): Promise<DocumentOutcome[]> {
    const deadline = now() + left_ms();
    const slot = await slotBegun(deadline);
    const { rate } = slot;
    stats.granted += 1;
    stats.calls_per_second = rate.calls_per_second;
    try {
      const outcomes = await analyzer.detectSentiment(documents, language_code);
      if (outcomes.some((outcome) => !outcome.ok && outcome.throttled)) await slowDown(rate);
      else await speedUp(slot);
      return outcomes;
    } catch (cause) {
      if (cause instanceof ServiceError && cause.throttled) await slowDown(rate);
      throw cause;
    }
  }

  async function slowDown(rate: Rate): Promise<void> {
    stats.throttles += 1;
    slots.drop();
    await change(rate, lowered(rate, deps.quota_calls_per_second));
  }

  async function speedUp({ rate, rate_changed_at }: Slots): Promise<void> {
    const is_settled = now() - rate_changed_at >= CHANGE_MS;
    if (!is_settled || rate.calls_per_second >= deps.quota_calls_per_second) return;
    await change(rate, raised(rate, deps.quota_calls_per_second));
  }

  /** A word that does not arrive costs a second. */
  async function change(from: Rate, to: Rate): Promise<void> {
    try {
      await deps.ledger.change(from.calls_per_second, to, CHANGE_MS);
    } catch (cause) {
      if (!(cause instanceof ServiceError)) throw cause;
      stats.ledger_errors += 1;
    }
  }

  return {
    analyzer: {
      name: analyzer.name,
      version: analyzer.version,
      max_documents: analyzer.max_documents,
      max_document_bytes: analyzer.max_document_bytes,
      supports: (language_code) => analyzer.supports(language_code),
      async detectSentiment(documents, language_code) {
        for (let attempts = 1; ; attempts += 1) {
          try {
            return await attempt(documents, language_code);
          } catch (cause) {
            if (attempts === MAX_ATTEMPTS || !isWorthRepeating(cause)) throw cause;
          }
        }
      },
    },
    stats: () => ({ ...stats }),
  };
}

/** Slots one by one, of lots as large as there are calls for them. @throws {ServiceError} `OutOfQuota` */
function createSlots(name: string, deps: GovernorDeps, stats: GovernorStats) {
  const { ledger, now } = deps;
  let lot: Slots[] = [];
  const quota = deps.quota_calls_per_second;
  let rate: Rate = { calls_per_second: quota, refused_at: quota };
  let next_own_at = 0;
  let ledger_back_at = 0;

  /** While the ledger is away: evenly, at a share of the quota that is small enough for all. */
  function ownSlot(latest: number): Slots | undefined {
    const interval_ms = 1_000 / deps.fallback_calls_per_second;
    const starts_at = Math.max(now(), next_own_at);
    if (starts_at > latest) return undefined;
    next_own_at = starts_at + interval_ms;
    return { starts_at, interval_ms, rate, rate_changed_at: now() };
  }

  async function reserved(latest: number, waiting: number): Promise<Slots | undefined> {
    if (now() < ledger_back_at) return ownSlot(latest);
    const wanted = Math.min(waiting, slotsPerWrite(rate.calls_per_second));
    try {
      const slots = await ledger.reserve(wanted, latest);
      if (slots === undefined) return undefined;
      const { starts_at, interval_ms } = slots;
      rate = slots.rate;
      lot = Array.from({ length: wanted }, (_, i) => ({
        ...slots,
        starts_at: starts_at + i * interval_ms,
      }));
      return lot.shift();
    } catch (cause) {
      if (!(cause instanceof ServiceError)) throw cause;
      stats.ledger_errors += 1;
      ledger_back_at = now() + LEDGER_PAUSE_MS;
      return ownSlot(latest);
    }
  }

  async function next(latest: number, waiting: number): Promise<Slots> {
    // Those that are long past were kept by nobody: calling in all of them now would be a burst.
    lot = lot.filter(
      ({ starts_at, interval_ms }) => starts_at >= now() - Math.max(interval_ms, LATE_MS),
    );
    const [first] = lot;
    const slot = first !== undefined && first.starts_at <= latest ? lot.shift() : undefined;
    const taken = slot ?? (await reserved(latest, waiting));
    if (taken !== undefined) return taken;
    stats.refused += 1;
    throw outOfQuota(name);
  }

  return {
    next,
    /** Those that are left came too fast for the service. */
    drop(): void {
      lot = [];
    },
  };
}

function outOfQuota(service: string): ServiceError {
  return new ServiceError(service, 'OutOfQuota', { retryable: true, throttled: true });
}

/** One without a slot has no time for another. */
function isWorthRepeating(cause: unknown): boolean {
  return cause instanceof ServiceError && cause.retryable && cause.code !== 'OutOfQuota';
}
