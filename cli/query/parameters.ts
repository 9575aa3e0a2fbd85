/** A text in quotation marks, with or without the type before it. */
const LITERAL = /^(?:(?:date|timestamp)\s+)?'(?:[^']|'')*'$/i;

/**
 * Writes a value of `--param` as SQL, because Athena takes parameters as literals of SQL. Numbers,
 * booleans, `null`, and dates and times in ISO 8601 become literals of their type. Quoted text and
 * literals such as `DATE '2026-11-23'` stay as they are. Everything else is text.
 */
export function writeParameter(value: string): string {
  if (LITERAL.test(value)) return value;
  if (/^-?\d+(?:\.\d+)?$/.test(value) || /^(?:true|false|null)$/i.test(value)) return value;
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return `DATE '${value}'`;
  const time = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2}(?:\.\d{1,3})?)?Z?$/.exec(value);
  if (time !== null) return `TIMESTAMP '${time[1]} ${time[2]}${time[3] ?? ':00'}'`;
  return `'${value.replaceAll("'", "''")}'`;
}
