import { setTimeout as sleep } from 'node:timers/promises';
import { Command, Option } from 'commander';
import type { ResultsPage } from '../../api/ports.ts';
import { withAudit } from '../audit.ts';
import { colours } from '../output/colours.ts';
import { abortOnInterrupt } from '../stop.ts';
import { followResults } from './follow-results.ts';
import { createNumberParser } from './options.ts';
import { openResults } from './results.ts';
import { addFilters, type FilterOptions } from './results-filters.ts';
import { nameAct } from './results-list.ts';

const DEFAULT_LINES = 10;
const POLL_SECONDS = 2;
const TEXT_LENGTH = 100;

interface TailOptions extends FilterOptions {
  lines: number;
  interval: number;
  json?: boolean;
  output?: 'table' | 'ndjson';
}

/** Creates the command `aurastream tail`, which prints results as they arrive. */
export function tailCommand(interrupted: () => AbortSignal = abortOnInterrupt): Command {
  return addFilters(new Command('tail'))
    .option(
      '--lines <n>',
      'print the newest results first',
      createNumberParser(0, 1_000),
      DEFAULT_LINES,
    )
    .option(
      '--interval <seconds>',
      'how often to look',
      createNumberParser(0.1, 3_600),
      POLL_SECONDS,
    )
    .option('--json', 'print a line of JSON per result')
    .addOption(new Option('--output <format>', 'of the lines').choices(['table', 'ndjson']))
    .action(async (options: TailOptions, command: Command) => {
      const { lines, interval, json = false, output, ...filters } = options;
      const signal = interrupted();
      const { stack, results } = await openResults(command);
      const following = followResults(results, {
        query: { ...filters, has_texts: true },
        lines: Math.round(lines),
        pause: () => sleep(interval * 1_000, undefined, { signal }),
        now: Date.now,
      });
      void (await withAudit(
        stack,
        nameAct('tail_results', filters),
        () => printUntilStopped(following, json || output === 'ndjson', signal),
        (printed) => ({ counts: { results: printed } }),
      ));
    });
}

/** Prints results until the signal is aborted. @returns the number of results */
async function printUntilStopped(
  following: AsyncIterable<ResultsPage['results'][number]>,
  json: boolean,
  signal: AbortSignal,
): Promise<number> {
  let printed = 0;
  try {
    for await (const result of following) {
      console.log(json ? JSON.stringify(result) : formatLine(result));
      printed += 1;
      if (signal.aborted) return printed;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return printed;
}

const COLOUR_OF: Record<string, (text: string) => string> = {
  POSITIVE: colours.green,
  NEGATIVE: colours.red,
  MIXED: colours.yellow,
};

/** Formats a result as one line of the terminal. */
function formatLine(result: ResultsPage['results'][number]): string {
  const { arrived_at, source, record_id, status, sentiment = status, text = '' } = result;
  const colour = COLOUR_OF[sentiment] ?? String;
  // A terminal would run control characters as commands.
  const plain = text.replace(/\p{Cc}+/gu, ' ');
  const letters = [...plain];
  const shown = letters.length > TEXT_LENGTH ? `${letters.slice(0, TEXT_LENGTH).join('')}…` : plain;
  const verdict = colour(sentiment.padEnd('POSITIVE'.length));
  return `${colours.dim(arrived_at)}  ${verdict}  ${source}/${record_id}  ${shown}`.trimEnd();
}
