import { hashText, listAuthors, type Selection } from '../../schemas/index.ts';
import { TABLE, writeDays } from './sql.ts';

/** Writes the query that counts the selected rows of each day that are not withdrawn. */
export function writeCountSelected(selection: Selection): string {
  return `
    SELECT CAST(day AS varchar) AS day, count(*) AS n
    FROM ${TABLE} WHERE ${writeSelected(selection)} AND status <> 'withdrawn' GROUP BY 1 ORDER BY 1`;
}

/**
 * Writes the statement that deletes the selected rows of some days. Withdrawn rows stay: by them the night
 * finds lines that arrive later.
 */
export function writeDeleteSelected(selection: Selection, days: string[]): string {
  return `
    DELETE FROM ${TABLE} WHERE day IN (${writeDays(days)})
      AND ${writeSelected(selection)} AND status <> 'withdrawn'`;
}

/** Writes the query that finds the raw objects of a day with selected lines that have a text or a name. */
export function writeFindSelected(selection: Selection, day: string): string {
  const folder = day.replaceAll('-', '/');
  const having = ['text', 'author', 'url', 'attributes'].map((name) => `${name} IS NOT NULL`);
  return `
    SELECT DISTINCT "$path" AS path FROM results_raw
    WHERE hour BETWEEN '${folder}/00' AND '${folder}/23'
      AND ${writeSelected(selection, 'text')} AND (${having.join(' OR ')})
    ORDER BY 1`;
}

/**
 * Writes the condition of a selector. Tenant and source are slugs, which need no escaping.
 *
 * @param times whether created_at is a time, as in `results`, or a text, as in `results_raw`.
 */
function writeSelected(selection: Selection, times: 'time' | 'text' = 'time'): string {
  const { tenant, source, record_id, before } = selection.selector;
  const authors = listAuthors(selection);
  const conditions = [`tenant = '${tenant}'`, `stamp <= ${selection.accepted_until}`];
  if (source !== undefined) conditions.push(`source = '${source}'`);
  if (record_id !== undefined) conditions.push(writeHashed('record_id', [record_id]));
  if (authors.length > 0) conditions.push(writeHashed('author', authors));
  if (before !== undefined) {
    const iso = new Date(before).toISOString();
    const time =
      times === 'text' ? `'${iso}'` : `TIMESTAMP '${iso.slice(0, 23).replace('T', ' ')}'`;
    conditions.push(`created_at < ${time}`);
  }
  return conditions.join(' AND ');
}

function writeHashed(column: string, values: string[]): string {
  const hashes = values.map((value) => `'${hashText(value)}'`).join(', ');
  return `lower(to_hex(sha256(to_utf8(${column})))) IN (${hashes})`;
}
