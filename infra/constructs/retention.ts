import { retentionSchema } from '../../schemas/index.ts';
import type { Settings } from '../settings.ts';

/**
 * Returns how long data of single tenants and sources is kept, as functions read it in `RETENTION`.
 *
 * @throws {ZodError} if the settings name a tenant or source in another form, or no number of days.
 */
export function writeRetention({ retention }: Pick<Settings, 'retention'>): string {
  return JSON.stringify(retentionSchema.parse(retention));
}
