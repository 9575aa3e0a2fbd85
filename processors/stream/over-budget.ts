import { resetTime } from '../../schemas/index.ts';
import { Unreadable } from './decode/unreadable.ts';

/**
 * Explains why a record is set aside that no budget can pay for.
 *
 * @param now the current time, in epoch milliseconds.
 */
export function explainBudget(
  { scope, month }: { scope: 'tenant' | 'deployment'; month: string },
  now: number,
): Unreadable {
  const resets_at = new Date(resetTime(month)).toISOString();
  const message = `the budget of the ${scope} is used up; the record is replayed after ${resets_at}`;
  const refused_at = new Date(now).toISOString();
  return new Unreadable('over_budget', [{ path: '', message }], {
    over_budget: { month, refused_at },
  });
}
