import * as z from 'zod';
import { slug } from './record.ts';

/** The longest time in days. Ten years. */
const MAX_DAYS = 3_650;
const days = z.int().min(1).max(MAX_DAYS);
/** Both names are slugs, which need no escaping in SQL. */
const tenantSource = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,63}\/[a-z0-9][a-z0-9_-]{0,63}$/,
    'must have the form tenant/source',
  );

/**
 * Settings of how long data of single tenants and sources is kept, in days after its acceptance. The days of
 * a source stand before those of its tenant. What neither names is kept as the store says. A key of
 * `by_source` has the form `tenant/source`.
 *
 * @example
 * retentionSchema.parse({ by_tenant: { acme: 30 }, by_source: { 'acme/tickets': 7 } });
 */
export const retentionSchema = z.object({
  by_tenant: z.record(slug, days).default({}),
  by_source: z.record(tenantSource, days).default({}),
});
export type RetentionSettings = z.output<typeof retentionSchema>;
/** The settings before the schema has filled in the defaults. */
export type RetentionInput = z.input<typeof retentionSchema>;

/** Returns how long data of a source is kept, in days after its acceptance. Undefined if nothing is set. */
export type FindRetention = (tenant: string, source: string) => number | undefined;

/** Creates the function that finds the days of a source. */
export function createFindRetention({ by_tenant, by_source }: RetentionSettings): FindRetention {
  const of_tenant = new Map(Object.entries(by_tenant));
  const of_source = new Map(Object.entries(by_source));
  return (tenant, source) => of_source.get(`${tenant}/${source}`) ?? of_tenant.get(tenant);
}

const DAY_MS = 86_400_000;

/**
 * Returns when data of a source expires, in epoch milliseconds. Undefined if nothing is set. The time of
 * acceptance decides, so that data which is put back does not begin its time anew.
 *
 * @param stamp time of acceptance, in epoch milliseconds.
 */
export function findExpiry(
  findRetention: FindRetention,
  { tenant, source, stamp }: { tenant: string; source: string; stamp: number },
): number | undefined {
  const kept_days = findRetention(tenant, source);
  return kept_days === undefined ? undefined : stamp + kept_days * DAY_MS;
}
