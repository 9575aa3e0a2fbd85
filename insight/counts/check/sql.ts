import { DAY_MS, type Family } from '../buckets.ts';

/** Lists the tenants that have or had records. */
export const LIST_TENANTS = 'SELECT DISTINCT tenant FROM results';

/**
 * Writes the query that counts the records of a day by hour and by all that the check compares. It
 * reads neither texts nor scores, because they are most of the table.
 *
 * @param day is the start of the day, in epoch milliseconds.
 */
export function writeRecount(day: number, time: Family['time']): string {
  return `
    SELECT tenant, source, date_format(${time}, '%Y-%m-%dT%H') AS hour, status, sentiment,
      language_code, cache, analyzer.name AS analyzer_name, analyzer.version AS analyzer_version,
      array_join(pii.types, ' ') AS pii_types, pii.redacted AS pii_redacted, pii.failed AS pii_failed,
      sum(pii.count) AS pii_count, count(*) AS records, date_format(max(processed_at), '%Y-%m-%dT%H:%i:%sZ') AS changed_at
    FROM results
    WHERE ${time} >= ${writeTime(day)} AND ${time} < ${writeTime(day + DAY_MS)}
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12`;
}

const writeTime = (at: number) =>
  `TIMESTAMP '${new Date(at).toISOString().slice(0, 19).replace('T', ' ')}'`;
