import { Command } from 'commander';
import type { BudgetResponse } from '../../schemas/index.ts';
import { connectApi, withAdvice } from '../api.ts';
import { printAnswer } from '../output/print.ts';

/**
 * Creates the command `aurastream budget`, which shows how much of its budget the tenant of the API key
 * has used.
 */
export function budgetCommand(): Command {
  return new Command('budget')
    .option('--json', 'print the answer of the API')
    .action(async (options: { json?: boolean }, command: Command) => {
      const client = await connectApi(command);
      const answer = await withAdvice(client.budget());
      printAnswer(options, answer, () => describeBudget(answer));
    });
}

const format = (units: number) => units.toLocaleString('en-US');

/** Describes the use of a budget in sentences. */
export function describeBudget(budget: BudgetResponse): string {
  const { tenant, month, resets_at, budget_units, used_units, remaining_units } = budget;
  const use =
    budget_units === null
      ? `The tenant ${tenant} has no budget of its own.`
      : `The tenant ${tenant} has used ${format(used_units ?? 0)} of ${format(budget_units)} billed units ` +
        `in ${month}, with the units that processes have taken in advance; ` +
        `${format(remaining_units ?? 0)} are left until ${resets_at}.`;
  if (!budget.exceeded) return use;
  const whose = budget.deployment_exceeded ? 'The budget of all tenants' : 'The budget';
  return `${use}\n${whose} is used up: texts that are in no cache are refused or set aside.`;
}
