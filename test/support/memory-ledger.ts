import type { QuotaLedger, Rate } from '../../processors/analysis/ports.ts';

/** A quota's book in memory, under the promises of its port. Each caller has a clock of its own. */
export function createMemoryBook(quota: number) {
  let next_slot_at = 0;
  let rate: Rate = { calls_per_second: quota, refused_at: quota };
  let changed_at = 0;
  return {
    rate: () => rate.calls_per_second,
    ledger: (now: () => number): QuotaLedger => ({
      async reserve(slots, latest) {
        const starts_at = Math.max(now(), next_slot_at);
        if (starts_at > latest) return undefined;
        const interval_ms = 1_000 / rate.calls_per_second;
        next_slot_at = starts_at + slots * interval_ms;
        return { starts_at, interval_ms, rate, rate_changed_at: changed_at };
      },
      async change(from, to, settled_ms) {
        if (from !== rate.calls_per_second || now() - changed_at < settled_ms) return;
        rate = to;
        changed_at = now();
      },
    }),
  };
}
