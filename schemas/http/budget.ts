import * as z from 'zod';
import { slug } from '../record.ts';

const useSchema = z.object({
  budget_units: z.int().nullable().describe('null if there is no limit.'),
  used_units: z
    .int()
    .nullable()
    .describe('Units of analyzed texts, and a few that processes have taken in advance.'),
  remaining_units: z.int().nullable(),
});

/** The response of `GET /budget`. */
export const budgetResponseSchema = useSchema.extend({
  tenant: slug,
  month: z.string().describe('The calendar month in UTC, such as 2026-11.'),
  resets_at: z.iso.datetime(),
  exceeded: z
    .boolean()
    .describe('Whether texts that are in no cache are refused, for the tenant or for all tenants.'),
  deployment_exceeded: z.boolean().describe('Whether the budget of all tenants is used up.'),
});

/**
 * The response of `GET /budget`: how many billed units the tenant has used this month.
 *
 * @useDeclaredType
 *
 * @example
 * import { createClient } from 'aurastream/client';
 * import type { BudgetResponse } from 'aurastream/schemas';
 *
 * const client = createClient({ base_url: 'https://api.example.com/v1', api_key: 'your-key' });
 * const { used_units, budget_units, resets_at }: BudgetResponse = await client.budget();
 * console.log(`${used_units} of ${budget_units} units until ${resets_at}`);
 */
export type BudgetResponse = z.infer<typeof budgetResponseSchema>;
