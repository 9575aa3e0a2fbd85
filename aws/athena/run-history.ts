import * as z from 'zod';
import type { RunHistory } from '../../operations/runs/ports.ts';
import { formatHour, resultSchema } from '../../schemas/index.ts';
import type { ReadRows } from './query.ts';
import { writeText } from './write-text.ts';

const HOUR_MS = 3_600_000;

const countSchema = z.object({ records: z.number(), first: z.number().nullish() });

/** Turns SQL's null into an absent field. */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => value ?? undefined, schema.optional());

const { shape } = resultSchema;
const changedSchema = z.object({
  tenant: shape.tenant,
  source: shape.source,
  record_id: shape.record_id,
  status: optional(shape.status),
  text: optional(z.string()),
  text_hash: optional(z.string()),
  author: optional(z.string()),
  url: optional(z.string()),
  attributes: optional(
    z
      .string()
      .transform((json): unknown => JSON.parse(json))
      .pipe(z.record(z.string(), z.string())),
  ),
  created_at: optional(z.string()),
  language_code: optional(z.string()),
  language_source: optional(z.enum(['given', 'detected'])),
});

/**
 * Creates the adapter that reads from the lake what a run has changed. Ids are parameters of the SQL and
 * never a part of its text.
 */
export function createRunHistory({ readRows }: { readRows: ReadRows }): RunHistory {
  return {
    async countTouched(run_id) {
      const hour = await findFirstHour(readRows, run_id);
      const rows = readRows(COUNT_TOUCHED, { parameters: [writeText(hour), writeText(run_id)] });
      for await (const row of rows) return countSchema.parse(row).records;
      return 0;
    },
    async countNotNewer({ run_id, stamp }) {
      const parameters = [formatHour(stamp), run_id].map(writeText);
      for await (const row of readRows(COUNT_NOT_NEWER, { parameters }))
        return countSchema.parse(row).records;
      return 0;
    },
    async *listChanged(run_id) {
      const hour = await findFirstHour(readRows, run_id);
      const parameters = [run_id, hour, run_id].map(writeText);
      for await (const row of readRows(LIST_CHANGED, { parameters })) {
        const { tenant, source, record_id, ...before } = changedSchema.parse(row);
        const { status, text_hash, created_at } = before;
        const has_before =
          status !== undefined && text_hash !== undefined && created_at !== undefined;
        yield {
          ...{ tenant, source, record_id },
          before: has_before ? { ...before, status, text_hash, created_at } : undefined,
        };
      }
    },
  };
}

/**
 * Finds the first hour of the log that can have a version before the run. A revision is about the time of
 * its write, in milliseconds. The hour before it is read too, because revisions can be ahead of time.
 */
async function findFirstHour(readRows: ReadRows, run_id: string): Promise<string> {
  for await (const row of readRows(FIND_FIRST, { parameters: [writeText(run_id)] })) {
    const { first } = countSchema.parse(row);
    if (first !== null && first !== undefined) return formatHour(first - HOUR_MS);
  }
  return formatHour(0);
}

const FIND_FIRST = `
  SELECT count(*) AS records, min(coalesce(replaced_revision, revision)) AS first
  FROM results WHERE run_id = ?`;

const COUNT_TOUCHED = `
  SELECT count(*) AS records FROM (
    SELECT DISTINCT tenant, source, record_id FROM results_raw
    WHERE hour >= ? AND run_id = ? AND revision IS NOT NULL
  ) AS touched`;

/** A line has a revision if its write changed the row. A record may have several lines of one run. */
const COUNT_NOT_NEWER = `
  SELECT count(*) AS records FROM (
    SELECT tenant, source, record_id FROM results_raw
    WHERE hour >= ? AND run_id = ?
    GROUP BY tenant, source, record_id HAVING count(revision) = 0
  ) AS not_newer`;

/**
 * The version before the run is the last acceptance of the record that is not of the run, by the rules of
 * `decide`: the latest stamp, without those whose explicit version is lower than one before them. It may
 * be a line without a revision: a version that the run replaced in the same batch, or that arrived after
 * the run although it was accepted before.
 */
const LIST_CHANGED = `
  WITH changed AS (
    SELECT tenant, source, record_id FROM results WHERE run_id = ?
  ), versions AS (
    SELECT l.tenant, l.source, l.record_id, l.status, l.text, l.text_hash, l.author, l.url,
      l.attributes, l.created_at, l.language_code, l.language_source, l.record_version, l.stamp,
      coalesce(l.revision, -1) AS revision, l.processed_at,
      max(l.record_version) OVER (
        PARTITION BY l.tenant, l.source, l.record_id
        ORDER BY l.stamp, coalesce(l.revision, -1), l.processed_at
      ) AS highest
    FROM results_raw AS l
    JOIN changed AS c
      ON c.tenant = l.tenant AND c.source = l.source AND c.record_id = l.record_id
    WHERE l.hour >= ? AND (l.run_id IS NULL OR l.run_id <> ?)
  ), ranked AS (
    SELECT v.*, row_number() OVER (
        PARTITION BY v.tenant, v.source, v.record_id
        ORDER BY v.stamp DESC, v.revision DESC, v.processed_at DESC
      ) AS place
    FROM versions AS v
    WHERE v.record_version IS NULL OR v.record_version >= v.highest
  )
  SELECT c.tenant AS tenant, c.source AS source, c.record_id AS record_id, r.status AS status,
    r.text AS text, r.text_hash AS text_hash, r.author AS author, r.url AS url,
    json_format(CAST(r.attributes AS JSON)) AS attributes, r.created_at AS created_at,
    r.language_code AS language_code, r.language_source AS language_source
  FROM changed AS c
  LEFT JOIN ranked AS r
    ON r.tenant = c.tenant AND r.source = c.source AND r.record_id = c.record_id AND r.place = 1`;
