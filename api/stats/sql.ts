import { CHARACTERS_PER_UNIT, LEAST_UNITS } from '@aurastream/cost-model';
import type { StatsQuery } from '../ports.ts';
import type { StatsGroup } from './aggregate.ts';
import type { TimeRange } from './time-range.ts';

/**
 * Number of leading characters of an ISO 8601 time that identify the interval of that time. For
 * example, the 13 characters `2026-11-23T10` identify an hour.
 */
const PREFIX_LENGTHS: Record<StatsQuery['interval'], number> = { minute: 16, hour: 13, day: 10 };

/**
 * Writes a query that both Trino and DuckDB can run. The tenant and the source are safe inside the
 * query's quotation marks, because slugs cannot contain a quotation mark.
 */
export function writeSql({ tenant, source, interval }: StatsQuery, range: TimeRange): string {
  const characters = 'coalesce(length(text), text_bytes)';
  return `
    SELECT substr(CAST(processed_at AS varchar), 1, ${PREFIX_LENGTHS[interval]}) AS start,
      source,
      coalesce(language_code, 'und') AS language_code,
      coalesce(sentiment, 'no_verdict') AS sentiment,
      coalesce(cache, 'none') AS cache,
      count(*) AS results,
      sum(greatest(${LEAST_UNITS} * coalesce(chunks, 0), ceil(${characters} / ${CHARACTERS_PER_UNIT}.0))) AS units
    FROM results
    WHERE tenant = '${tenant}'
      AND processed_at >= ${writeTimestamp(range.from)} AND processed_at < ${writeTimestamp(range.to)}
      ${source === undefined ? '' : `AND source = '${source}'`}
    GROUP BY 1, 2, 3, 4, 5`;
}

/** Writes a time as a timestamp without a zone, as the lake has it. */
const writeTimestamp = (time: string) => `TIMESTAMP '${time.replace('T', ' ').replace('Z', '')}'`;

/** Reads one row of the answer to the query that {@link writeSql} wrote. */
export function readGroup(row: Record<string, unknown>): StatsGroup {
  return {
    start: completeTime(String(row.start).replace(' ', 'T')),
    source: String(row.source),
    language_code: String(row.language_code),
    sentiment: row.sentiment as StatsGroup['sentiment'],
    is_hit: !['miss', 'none'].includes(String(row.cache)),
    results: Number(row.results),
    units: Number(row.units),
  };
}

/**
 * Returns the time at which an interval starts. The prefix, such as `2026-11-23T10`, identifies the
 * interval.
 */
function completeTime(prefix: string): string {
  return `${prefix}${'1970-01-01T00:00:00.000Z'.slice(prefix.length)}`;
}
