import type { BudgetEntry, BudgetLedger } from '../../budgets/ports.ts';

/** Creates an in-memory ledger of budgets. `readTaken` returns what an account has taken. */
export function createFakeBudgetLedger() {
  const units = new Map<string, number>();
  const keyOf = ({ month, account }: BudgetEntry) => `${month} ${account}`;
  const readTaken = (entry: BudgetEntry) => units.get(keyOf(entry)) ?? 0;
  const add = (entry: BudgetEntry, more: number) =>
    units.set(keyOf(entry), readTaken(entry) + more);
  const calls = { take: 0, add: 0, read: 0 };
  const ledger: BudgetLedger = {
    async take(entry, wanted, limit) {
      calls.take += 1;
      const some = Math.max(0, Math.min(wanted, limit - readTaken(entry)));
      add(entry, some);
      return some;
    },
    async add(entry, more) {
      calls.add += 1;
      add(entry, more);
    },
    async read(entry) {
      calls.read += 1;
      return readTaken(entry);
    },
  };
  return { ledger, readTaken, calls };
}
