import { sleep } from '../../../lib/sleep.ts';
import type { QuotaLedger } from '../../../processors/analysis/ports.ts';
import type { Traffic } from '../../../schemas/index.ts';
import { openTable, type TableDeps } from '../table.ts';
import { reserveBulk } from './bulk.ts';
import { openItem } from './item.ts';
import { reserveLive } from './live.ts';
import { createState, rateValues, SET_RATE } from './state.ts';

export interface QuotaLedgerDeps extends TableDeps {
  quota: string;
  /** Quota of all processes together, in calls per second. */
  calls_per_second: number;
  /** Live calls get their slots first. The default is `live`. */
  traffic?: Traffic;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
  /** Waits for the planned start of a bulk lot. */
  wait?: (milliseconds: number) => Promise<unknown>;
}

/**
 * Creates the ledger of a quota that many processes share. The ledger is one item of a DynamoDB
 * table, and the name of the quota is its key. A live reservation usually makes one write. If the
 * rate has changed, or if there were no calls for a while, the reservation makes an additional read
 * and a second write. See {@link reserveBulk} for bulk reservations.
 */
export function createQuotaLedger(deps: QuotaLedgerDeps): QuotaLedger {
  const { now, wait = sleep, traffic = 'live' } = deps;
  const state = createState(openItem(openTable(deps), deps.quota), deps.calls_per_second);
  return {
    reserve(slots, latest) {
      const reservation = { slots, latest, now };
      if (traffic === 'live') return reserveLive(state, reservation);
      return reserveBulk(state, { ...reservation, wait });
    },
    async change(from, to, settled_ms) {
      const at = now();
      const changed = await state.item.update(
        SET_RATE,
        'calls_per_second = :from AND changed_at <= :settled',
        { ...rateValues(to, at), ':from': from, ':settled': at - settled_ms },
      );
      state.last_seen = changed ?? (await state.item.read()) ?? state.last_seen;
    },
  };
}
