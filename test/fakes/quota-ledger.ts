import type { QuotaLedger, Rate } from '../../processors/analysis/ports.ts';

/**
 * Creates an in-memory quota ledger. Each process opens the ledger with the process's own clock.
 */
export function createFakeLedger(calls_per_second: number) {
  let next_slot_at = 0;
  let rate: Rate = { calls_per_second, refused_at: calls_per_second };
  let changed_at = 0;
  let effective_at = 0;
  return {
    callsPerSecond: () => rate.calls_per_second,
    open: (now: () => number): QuotaLedger => ({
      async reserve(slots, latest) {
        const starts_at = Math.max(now(), next_slot_at);
        if (starts_at > latest) return undefined;
        const interval_ms = 1_000 / rate.calls_per_second;
        next_slot_at = starts_at + slots * interval_ms;
        return {
          count: slots,
          starts_at,
          interval_ms,
          rate,
          rate_changed_at: Math.max(changed_at, effective_at),
        };
      },
      async change(from, to, settled_ms) {
        if (from !== rate.calls_per_second || now() - changed_at < settled_ms) return;
        rate = to;
        changed_at = now();
        effective_at = next_slot_at;
      },
    }),
  };
}
