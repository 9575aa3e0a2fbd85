/** Writes a text as a literal of SQL, because Athena takes parameters as literals. */
export function writeText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
