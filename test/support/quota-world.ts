import { createQuotaLedger } from '../../aws/dynamodb/quota/ledger.ts';
import type { Slots } from '../../processors/analysis/ports.ts';
import type { Traffic } from '../../schemas/index.ts';
import { createFakeQuotaTable } from '../fakes/quota-table.ts';
import { createScheduler } from '../simulation/scheduler.ts';
import { createRandom } from './random.ts';

const START = Date.UTC(2026, 10, 26);

/**
 * Creates a ledger on a virtual clock, and processes that take slots of its quota. Each way to
 * DynamoDB and back takes 2 to 8 ms.
 */
export function createQuotaWorld(calls_per_second: number, seed = 1) {
  const random = createRandom(seed);
  const scheduler = createScheduler(random, START);
  const table = createFakeQuotaTable(() => scheduler.sleep(random.between(2, 8), 'way'));
  const taken: { traffic: Traffic; slots: Slots; asked_at: number }[] = [];
  const open = (traffic: Traffic) => {
    const ledger = createQuotaLedger({
      client: table.client,
      table_name: 'quotas',
      quota: 'comprehend',
      calls_per_second,
      traffic,
      now: scheduler.now,
      wait: (ms) => scheduler.sleep(ms, 'pause'),
    });
    return async (count: number) => {
      const asked_at = scheduler.now();
      const slots = await ledger.reserve(count, Number.POSITIVE_INFINITY);
      taken.push({ traffic, slots: slots!, asked_at });
      await scheduler.sleep(slots!.starts_at - scheduler.now(), 'slot');
    };
  };
  return {
    table,
    taken,
    /** Starts a process that always wants slots, and takes up to `lot` of them at once. */
    startBusy(traffic: Traffic, lot: number) {
      const reserve = open(traffic);
      void (async () => {
        for (;;) await reserve(lot);
      })();
    },
    /** Starts a process that wants a few slots at a time, after random pauses. */
    startSparse(traffic: Traffic, mean_ms: number, lot = 1) {
      const reserve = open(traffic);
      void (async () => {
        for (;;) {
          await scheduler.sleep(random.between(0, 2 * mean_ms), 'quiet');
          await reserve(lot);
        }
      })();
    },
    run: (seconds: number) =>
      scheduler.run(() => scheduler.now() >= START + seconds * 1_000, 5_000_000),
    shareOf: (traffic: Traffic, seconds: number) => {
      const of = taken.filter((one) => one.traffic === traffic);
      return of.reduce((sum, { slots }) => sum + slots.count, 0) / (calls_per_second * seconds);
    },
    /**
     * Returns the least number of tokens that the bucket of the service ever has. The bucket holds
     * the calls of one second.
     */
    leastTokens: () => {
      const starts = taken
        .flatMap(({ slots: { starts_at, count, interval_ms } }) =>
          Array.from({ length: count }, (_, slot) => starts_at + slot * interval_ms),
        )
        .sort((a, b) => a - b);
      let tokens = calls_per_second;
      let least = tokens;
      for (const [i, start] of starts.entries()) {
        const passed_ms = start - (starts[i - 1] ?? start);
        tokens = Math.min(calls_per_second, tokens + (passed_ms / 1_000) * calls_per_second) - 1;
        least = Math.min(least, tokens);
      }
      return least;
    },
    longestWaitMs: (traffic: Traffic) =>
      Math.max(
        ...taken
          .filter((one) => one.traffic === traffic)
          .map(({ slots, asked_at }) => slots.starts_at - asked_at),
      ),
  };
}
