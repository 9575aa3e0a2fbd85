import { ServiceError } from '../schemas/index.ts';
import type { BudgetEntry, BudgetLedger } from './ports.ts';

/**
 * Units that a process takes in advance, so that most calls need no write. A process that crashes
 * forfeits them until the month ends.
 */
const MOST_UNITS_AHEAD = 300;
const AHEAD_SHARE = 1 / 1_000;
/** Units that a process may use while the ledger does not answer. */
const MOST_UNITS_ON_CREDIT = 10_000;
const CREDIT_SHARE = 1 / 100;
/** Time between two questions to a ledger that has nothing left, in milliseconds. */
const ASK_AGAIN_MS = 10_000;
/** Time between two calls to a ledger that does not answer, in milliseconds. */
const LEDGER_PAUSE_MS = 2_000;

interface AccountDeps {
  ledger: BudgetLedger;
  entry: BudgetEntry;
  /** Budget of the account in the month, in units. */
  limit: number;
}

/** Returns the largest number of units that a process takes in advance of an account. */
export function unitsAhead(limit: number): number {
  return Math.min(MOST_UNITS_AHEAD, Math.floor(limit * AHEAD_SHARE));
}

/** Returns the largest number of units that a process uses while the ledger does not answer. */
export function unitsOnCredit(limit: number): number {
  return Math.min(MOST_UNITS_ON_CREDIT, Math.floor(limit * CREDIT_SHARE));
}

/**
 * The units of one account and one month that this process has taken from the ledger and not used.
 * If the ledger does not answer, the number becomes negative, down to the credit. The process pays the
 * credit back with its next call to the ledger.
 */
export class Account {
  readonly #deps: AccountDeps;
  #units = 0;
  #asks_again_at = 0;
  #is_down = false;

  constructor(deps: AccountDeps) {
    this.#deps = deps;
  }

  /** True if the last call to the ledger failed. A refusal then says nothing about the budget. */
  get is_down(): boolean {
    return this.#is_down;
  }

  canSpend(units: number): boolean {
    const credit = this.#is_down ? unitsOnCredit(this.#deps.limit) : 0;
    return this.#units + credit >= units;
  }

  spend(units: number): void {
    this.#units -= units;
  }

  refund(units: number): void {
    this.#units += units;
  }

  /**
   * Takes units from the ledger, so that the process has as many as it needs and some in advance. Takes
   * fewer if the budget does not leave more. Makes no call if the process has enough.
   *
   * @returns the error of the ledger if the ledger does not answer.
   */
  async reserve(needed: number, now: number): Promise<ServiceError | undefined> {
    if (this.#units >= needed || now < this.#asks_again_at) return undefined;
    const { ledger, entry, limit } = this.#deps;
    try {
      if (this.#units < 0) await this.#payBack();
      const wanted = needed - this.#units + unitsAhead(limit);
      const taken = await ledger.take(entry, wanted, limit);
      this.#units += taken;
      this.#is_down = false;
      if (taken < wanted) this.#asks_again_at = now + ASK_AGAIN_MS;
      return undefined;
    } catch (cause) {
      if (!(cause instanceof ServiceError)) throw cause;
      this.#is_down = true;
      this.#asks_again_at = now + LEDGER_PAUSE_MS;
      return cause;
    }
  }

  /**
   * Gives back the units that exceed what the process takes in advance, because other processes may
   * need them. If the call fails, the process keeps them.
   */
  async giveBack(): Promise<ServiceError | undefined> {
    const { ledger, entry, limit } = this.#deps;
    const excess = this.#units - unitsAhead(limit);
    if (excess <= 0 || this.#is_down) return undefined;
    this.#units -= excess;
    try {
      await ledger.add(entry, -excess);
      return undefined;
    } catch (cause) {
      if (!(cause instanceof ServiceError)) throw cause;
      return cause;
    }
  }

  async #payBack(): Promise<void> {
    const { ledger, entry } = this.#deps;
    await ledger.add(entry, -this.#units);
    this.#units = 0;
  }
}
