import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { Command, Option } from 'commander';
import { CSV_MARK, createResultsCsv, type ResultsCsv } from '../../jobs/results-csv.ts';
import type { JobResult } from '../../schemas/index.ts';
import { connectApi, withAdviceForEach } from '../api.ts';
import { createProgress } from '../output/progress.ts';

const OUTPUT_FORMATS = ['table', 'jsonl', 'csv'] as const;
type OutputFormat = (typeof OUTPUT_FORMATS)[number];

const TABLE_COLUMNS: Record<string, (row: JobResult) => string | number | undefined> = {
  job_index: ({ job_index }) => job_index,
  record_id: ({ record_id }) => record_id,
  outcome: ({ outcome, result }) => (outcome === 'done' ? result?.status : outcome),
  sentiment: ({ result }) => result?.sentiment,
  score: ({ result }) => result?.score,
  language_code: ({ result }) => result?.language_code,
  issues: ({ issues }) =>
    issues?.map(({ path, message }) => `${path} ${message}`.trim()).join('; '),
};

interface ResultsOptions {
  format?: OutputFormat;
  output?: string;
  json?: boolean;
}

/**
 * Creates the command `aurastream job results ID`, which reads all pages of a job's results and
 * prints the outcome of each record in the order of the job's file.
 */
export function resultsCommand(): Command {
  return new Command('results')
    .description('show the outcome of each record of a job, in the order of its file')
    .argument('<job_id>')
    .addOption(
      new Option('--format <format>', 'by default, by the ending of --output, or a table').choices(
        OUTPUT_FORMATS,
      ),
    )
    .option('--output <file>', 'write to this file; CSV begins with a mark for Excel')
    .option('--json', 'the same as --format jsonl')
    .addHelpText(
      'after',
      `
CSV has the texts and a column for each attribute that occurs in the first ${ROWS_FOR_COLUMNS} records.`,
    )
    .action(async (job_id: string, options: ResultsOptions, command: Command) => {
      const client = await connectApi(command);
      const { output } = options;
      const out = output === undefined ? process.stdout : createWriteStream(output);
      const progress = createProgress();
      let rows = 0;
      const counted = countEach(withAdviceForEach(client.results(job_id)), () => {
        rows += 1;
        if (output !== undefined) progress.update(`${rows} rows`);
      });
      const format = chooseFormat(options);
      if (format === 'csv' && output !== undefined) await write(out, CSV_MARK);
      for await (const line of FORMATTERS[format](counted)) await write(out, line);
      progress.finish();
      if (out === process.stdout) return;
      out.end();
      await once(out, 'finish');
      console.log(`${rows} rows in ${output}`);
    });
}

function chooseFormat({ format, json, output = '' }: ResultsOptions): OutputFormat {
  if (json) return 'jsonl';
  const ending = OUTPUT_FORMATS.find((name) => output.toLowerCase().endsWith(`.${name}`));
  return format ?? ending ?? 'table';
}

async function* countEach(
  rows: AsyncIterable<JobResult>,
  count: () => void,
): AsyncIterable<JobResult> {
  for await (const row of rows) {
    count();
    yield row;
  }
}

/** Writes text to the output, and waits if the output's buffer is full. */
async function write(out: Writable, text: string): Promise<void> {
  if (text !== '' && !out.write(text)) await once(out, 'drain');
}

const FORMATTERS: Record<OutputFormat, (rows: AsyncIterable<JobResult>) => AsyncIterable<string>> =
  {
    async *table(rows) {
      yield `${Object.keys(TABLE_COLUMNS).join('\t')}\n`;
      for await (const row of rows) yield `${cells(row).join('\t')}\n`;
    },
    async *jsonl(rows) {
      for await (const row of rows) yield `${JSON.stringify(row)}\n`;
    },
    csv: formatCsv,
  };

/** Number of records whose attributes get columns of their own. */
const ROWS_FOR_COLUMNS = 1_000;
const MAX_ATTRIBUTE_COLUMNS = 256;

/** Formats rows as CSV. The first rows wait until the columns of their attributes are known. */
async function* formatCsv(rows: AsyncIterable<JobResult>): AsyncIterable<string> {
  const first: JobResult[] = [];
  let csv: ResultsCsv | undefined;
  const begin = () => {
    const names = new Set(first.flatMap(({ result }) => Object.keys(result?.attributes ?? {})));
    csv = createResultsCsv([...names].slice(0, MAX_ATTRIBUTE_COLUMNS));
    return csv.header + first.map(csv.formatRow).join('');
  };
  for await (const row of rows) {
    if (csv !== undefined) yield csv.formatRow(row);
    else if (first.push(row) === ROWS_FOR_COLUMNS) yield begin();
  }
  if (csv === undefined) yield begin();
}

function cells(row: JobResult): string[] {
  return Object.values(TABLE_COLUMNS).map((column) => {
    const value = column(row);
    if (value === undefined) return '';
    return typeof value === 'number' && !Number.isInteger(value) ? value.toFixed(4) : String(value);
  });
}
