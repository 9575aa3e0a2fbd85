import type { RetentionSettings } from '../../schemas/index.ts';
import { TABLE, writeDays } from './sql.ts';

const DAY_MS = 86_400_000;

/** Writes the query that finds the days among the given ones that have rows whose time is over. */
export function writeFindOld(retention: RetentionSettings, days: string[], now: number): string {
  return `
    SELECT DISTINCT CAST(day AS varchar) AS day FROM ${TABLE}
    WHERE day IN (${writeDays(days)}) AND ${writeExpired(retention, now)} ORDER BY 1`;
}

/** Writes the statement that deletes the rows of these days whose time is over. */
export function writeDeleteExpired(
  retention: RetentionSettings,
  days: string[],
  now: number,
): string {
  return `
    DELETE FROM ${TABLE}
    WHERE day IN (${writeDays(days)}) AND ${writeExpired(retention, now)}`;
}

/** Writes the condition of rows whose time is over. Names of tenants and sources need no escaping. */
function writeExpired({ by_tenant, by_source }: RetentionSettings, now: number): string {
  const sources = Object.entries(by_source).map(([name, days]) => {
    const [tenant = '', source = ''] = name.split('/');
    return { tenant, source, days };
  });
  const conditions = [
    ...sources.map(({ tenant, source, days }) => {
      return `tenant = '${tenant}' AND source = '${source}' AND ${writeOlder(days, now)}`;
    }),
    ...Object.entries(by_tenant).map(([tenant, days]) => {
      const others = sources.filter((one) => one.tenant === tenant);
      const without = others.map(({ source }) => `AND source <> '${source}' `).join('');
      return `tenant = '${tenant}' ${without}AND ${writeOlder(days, now)}`;
    }),
  ];
  return `status <> 'withdrawn' AND (${conditions.map((one) => `(${one})`).join(' OR ')})`;
}

const writeOlder = (days: number, now: number) => `stamp < ${now - days * DAY_MS}`;
