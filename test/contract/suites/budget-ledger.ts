import { expect, it } from 'vitest';
import type { BudgetEntry, BudgetLedger } from '../../../budgets/ports.ts';

export interface BudgetLedgerWorld {
  /** Opens the shared ledger for another process. */
  open(): BudgetLedger;
}

const entry: BudgetEntry = { month: '2026-11', account: 'tenant.acme' };

/** Defines the tests that every {@link BudgetLedger} must pass. */
export function describeBudgetLedger(createWorld: () => Promise<BudgetLedgerWorld>): void {
  it('A budget ledger gives what the limit leaves, and then nothing', async () => {
    const world = await createWorld();
    const ledger = world.open();
    expect(await ledger.take(entry, 60, 100)).toBe(60);
    expect(await world.open().take(entry, 60, 100)).toBe(40);
    expect(await ledger.take(entry, 1, 100)).toBe(0);
    expect(await ledger.read(entry)).toBe(100);
  });

  it('A budget ledger never gives more than the limit to processes that take at the same time', async () => {
    const world = await createWorld();
    const ledgers = Array.from({ length: 8 }, () => world.open());
    const taken = await Promise.all(
      ledgers.flatMap((ledger) => [ledger.take(entry, 7, 50), ledger.take(entry, 11, 50)]),
    );
    expect(taken.reduce((sum, units) => sum + units, 0)).toBe(50);
    expect(await world.open().read(entry)).toBe(50);
  });

  it('A budget ledger keeps months and accounts apart', async () => {
    const world = await createWorld();
    const ledger = world.open();
    await ledger.take(entry, 100, 100);
    expect(await ledger.take({ ...entry, month: '2026-12' }, 10, 100)).toBe(10);
    expect(await ledger.take({ ...entry, account: 'tenant.other' }, 20, 100)).toBe(20);
    expect(await ledger.read({ ...entry, account: 'tenant.none' })).toBe(0);
  });

  it('A budget ledger takes units back, and adds units that were used beyond the limit', async () => {
    const world = await createWorld();
    const ledger = world.open();
    await ledger.take(entry, 100, 100);
    await ledger.add(entry, -30);
    expect(await world.open().take(entry, 50, 100)).toBe(30);
    await ledger.add(entry, 25);
    expect(await ledger.read(entry)).toBe(125);
    expect(await ledger.take(entry, 1, 100)).toBe(0);
    expect(await ledger.take(entry, 10, 200)).toBe(10);
  });

  it('A budget of 0 gives nothing', async () => {
    const world = await createWorld();
    expect(await world.open().take(entry, 3, 0)).toBe(0);
  });
}
