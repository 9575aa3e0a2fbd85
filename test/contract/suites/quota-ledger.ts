import { expect, it } from 'vitest';
import type { QuotaLedger } from '../../../processors/analysis/ports.ts';

export interface LedgerWorld {
  /**
   * Opens the shared ledger for another process. The quota of the ledger is 10 calls per second.
   */
  open(): QuotaLedger;
  now(): number;
  advance(milliseconds: number): void;
}

/** Defines the tests that every {@link QuotaLedger} must pass. */
export function describeQuotaLedger(createWorld: () => Promise<LedgerWorld>): void {
  it('A ledger gives every slot to one caller, evenly spaced among all processes', async () => {
    const world = await createWorld();
    const ledgers = [world.open(), world.open(), world.open()];
    const starts: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const slots = await Promise.all(ledgers.map((ledger) => ledger.reserve(1, Infinity)));
      starts.push(...slots.map((slot) => slot!.starts_at));
    }
    starts.sort((a, b) => a - b);
    expect(starts.map((start) => Math.round(start - starts[0]!))).toEqual(
      starts.map((_, i) => i * 100),
    );
    expect(starts[0]).toBeGreaterThanOrEqual(world.now() - 1);
  });

  it('A ledger does not save slots up while there are no calls', async () => {
    const world = await createWorld();
    const ledger = world.open();
    await ledger.reserve(1, Infinity);
    world.advance(60_000);
    const first = await ledger.reserve(1, Infinity);
    const second = await world.open().reserve(1, Infinity);
    expect(first!.starts_at).toBe(world.now());
    expect(second!.starts_at).toBeCloseTo(world.now() + 100);
  });

  it('A ledger takes nothing when the first slot would come too late', async () => {
    const world = await createWorld();
    const ledger = world.open();
    await ledger.reserve(10, Infinity);
    expect(await world.open().reserve(1, world.now() + 500)).toBeUndefined();
    expect(await ledger.reserve(1, world.now() + 500)).toBeUndefined();
    const slot = await ledger.reserve(1, world.now() + 1_500);
    expect(slot!.starts_at).toBeCloseTo(world.now() + 1_000);
  });

  it('A ledger changes the rate once for callers that were refused together, and not again before it has settled', async () => {
    const world = await createWorld();
    const ledgers = [world.open(), world.open()];
    const [first] = await Promise.all(ledgers.map((ledger) => ledger.reserve(1, Infinity)));
    expect(first).toMatchObject({ rate: { calls_per_second: 10, refused_at: 10 } });
    const slower = { calls_per_second: 8, refused_at: 10 };
    await Promise.all(ledgers.map((ledger) => ledger.change(10, slower, 1_000)));
    for (const ledger of ledgers) {
      const slot = await ledger.reserve(1, Infinity);
      expect(slot).toMatchObject({
        rate: slower,
        interval_ms: 125,
        // The two slots that were taken before the change still have 100 ms each.
        rate_changed_at: world.now() + 200,
      });
    }
    const faster = { calls_per_second: 8.5, refused_at: 10 };
    world.advance(999);
    await ledgers[0]!.change(8, faster, 1_000);
    expect((await ledgers[1]!.reserve(1, Infinity))!.rate).toEqual(slower);
    world.advance(1);
    await Promise.all(ledgers.map((ledger) => ledger.change(8, faster, 1_000)));
    expect((await ledgers[1]!.reserve(1, Infinity))!.rate).toEqual(faster);
  });

  it('A ledger keeps the refused rate and the time of the last change while there are no calls', async () => {
    const world = await createWorld();
    const ledger = world.open();
    await ledger.reserve(1, Infinity);
    await ledger.change(10, { calls_per_second: 8, refused_at: 9 }, 0);
    const changed_at = world.now() + 100;
    world.advance(60_000);
    const rate = { calls_per_second: 8, refused_at: 9 };
    for (const one of [ledger, world.open()]) {
      expect(await one.reserve(1, Infinity)).toMatchObject({ rate, rate_changed_at: changed_at });
    }
  });

  it('A ledger gives the next slot also at the very moment at which it starts', async () => {
    const world = await createWorld();
    const ledger = world.open();
    await ledger.reserve(5, Infinity);
    world.advance(500);
    expect((await ledger.reserve(1, Infinity))!.starts_at).toBeCloseTo(world.now());
    expect((await ledger.reserve(1, Infinity))!.starts_at).toBeCloseTo(world.now() + 100);
  });

  it('A ledger takes nothing for a caller whose time has passed', async () => {
    const world = await createWorld();
    const ledger = world.open();
    expect(await ledger.reserve(1, world.now() - 1)).toBeUndefined();
    expect((await ledger.reserve(1, world.now()))!.starts_at).toBe(world.now());
  });
}
