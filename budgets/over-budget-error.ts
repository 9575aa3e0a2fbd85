/** The budget of a tenant or of the deployment has too few units left for a text. */
export class OverBudgetError extends Error {
  override name = 'OverBudgetError';
  readonly scope: 'tenant' | 'deployment';
  /** The month whose budget is used up, such as `2026-11`. */
  readonly month: string;

  constructor({ scope, month }: { scope: 'tenant' | 'deployment'; month: string }) {
    super(`The budget of the ${scope} is used up in ${month}`);
    this.scope = scope;
    this.month = month;
  }
}
