import type { Progress } from '../output/progress.ts';

/** Largest number of bad lines that a command prints. The summary counts all bad lines. */
const MAX_PRINTED_LINES = 20;

/** Creates a function that prints bad lines until {@link MAX_PRINTED_LINES} lines were printed. */
export function createLinePrinter(progress: Progress): (line: number, reason: string) => void {
  let printed = 0;
  return (line, reason) => {
    printed += 1;
    if (printed > MAX_PRINTED_LINES + 1) return;
    progress.finish();
    process.stderr.write(
      printed > MAX_PRINTED_LINES
        ? 'More lines failed; the summary counts them.\n'
        : `line ${line}: ${reason}\n`,
    );
  };
}

/** Says where the reading of a file stopped, why, and what to do. */
export function describeBreak(cause: unknown, line: number): string {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return `The file could be read up to line ${line}, and no further: ${reason}.
Ingest the file again when it can be read: the records that are on the stream count once.`;
}
