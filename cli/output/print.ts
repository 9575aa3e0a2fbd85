/**
 * Prints an answer on standard output, as one line of JSON if `--json` is set, otherwise as text.
 */
export function printAnswer(options: { json?: boolean }, value: unknown, text: () => string): void {
  console.log(options.json ? JSON.stringify(value) : text());
}
