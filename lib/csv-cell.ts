/**
 * Matches text that a spreadsheet program would run as a formula if the text were a cell. Spreadsheet
 * programs also accept the full-width signs.
 * Source: https://owasp.org/www-community/attacks/CSV_Injection
 */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/**
 * Formats text as a cell of CSV. An apostrophe before a formula makes spreadsheet programs treat the
 * cell as text. Quotation marks protect separators and line breaks.
 */
export function formatCsvCell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
