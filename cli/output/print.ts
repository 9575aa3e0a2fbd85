import { type Command, Option } from 'commander';
import { Advice } from '../errors.ts';
import { formatCsv } from './csv.ts';

const OUTPUT_FORMATS = ['table', 'json', 'ndjson', 'csv'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** Whether the value of `--output` is a format, and not the name of a file. */
export function isOutputFormat(value: string | undefined): value is OutputFormat {
  return OUTPUT_FORMATS.some((format) => format === value);
}

/** The options that choose the format of an answer. */
export interface OutputOptions {
  json?: boolean | undefined;
  output?: OutputFormat | undefined;
}

/**
 * Adds the option `--output` to each command with `--json`, which stays as a short form. A command with
 * an `--output` of its own keeps it.
 */
export function addOutputOption(command: Command): Command {
  const names = command.options.map(({ long }) => long);
  if (names.includes('--json') && !names.includes('--output')) {
    command.addOption(new Option('--output <format>', 'of the answer').choices(OUTPUT_FORMATS));
  }
  for (const child of command.commands) void addOutputOption(child);
  return command;
}

/**
 * Returns the format that the options choose. Default: `table`, which is text for people.
 *
 * @throws {Advice} if `--json` and `--output` choose different formats.
 */
export function chooseOutput({ json, output }: OutputOptions): OutputFormat {
  if (json && output !== undefined && output !== 'json') {
    throw new Advice(
      `--json and --output ${output} choose different formats.`,
      'Use one of them alone.',
    );
  }
  return json ? 'json' : (output ?? 'table');
}

/**
 * Prints an answer on standard output: as text for people, as one line of JSON, or as rows, each a
 * line of JSON or of CSV.
 *
 * @param listRows returns the rows of an answer. By default they are the elements of a list, and
 * otherwise the answer is the only row.
 */
export function printAnswer(
  options: OutputOptions,
  value: object,
  text: () => string,
  listRows: () => readonly object[] = () => (Array.isArray(value) ? value : [value]),
): void {
  const format = chooseOutput(options);
  if (format === 'table') console.log(text());
  else if (format === 'json') console.log(JSON.stringify(value));
  else if (format === 'ndjson') for (const row of listRows()) console.log(JSON.stringify(row));
  else console.log(formatCsv(listRows()));
}
