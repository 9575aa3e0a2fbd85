/** Prints an answer on standard output: one line of JSON if `--json` was given, else as text. */
export function printAnswer(options: { json?: boolean }, value: unknown, text: () => string): void {
  console.log(options.json ? JSON.stringify(value) : text());
}
