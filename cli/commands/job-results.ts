import { Command, Option } from 'commander';
import { CSV_MARK } from '../../jobs/results-csv.ts';
import { formatCsvRows, ROWS_FOR_COLUMNS } from '../../jobs/results-csv-rows.ts';
import type { JobResult } from '../../schemas/index.ts';
import { connectApi, withAdviceForEach } from '../api.ts';
import { createProgress } from '../output/progress.ts';
import { writeTo, writeWholeFile } from '../output/whole-file.ts';
import { abortOnInterrupt, INTERRUPTED } from '../stop.ts';

const OUTPUT_FORMATS = ['table', 'jsonl', 'csv'] as const;
type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** The formats by the names that all commands have for them. */
const PRINTED = { table: 'table', json: 'jsonl', ndjson: 'jsonl', csv: 'csv' } as const;

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
 * Creates the command `aurastream job results ID`, which downloads the results of a job and
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
    .option(
      '--output <format|file>',
      'print table, ndjson or csv; or write to a file, where CSV begins with a mark for Excel',
    )
    .option('--json', 'the same as --format jsonl')
    .addHelpText(
      'after',
      `
CSV has the texts and a column for each attribute that occurs in the first ${ROWS_FOR_COLUMNS} records,
or in fewer if their texts are long.`,
    )
    .action(async (job_id: string, options: ResultsOptions, command: Command) => {
      const client = await connectApi(command);
      const output = isPrinted(options.output) ? undefined : options.output;
      const interrupt = abortOnInterrupt();
      const progress = createProgress();
      const count = { rows: 0 };
      const rows = withAdviceForEach(client.download(job_id, { signal: interrupt }));
      const counted = countEach(rows, count, () => {
        if (output !== undefined) progress.update(`${count.rows} rows`);
      });
      const format = chooseFormat(options);
      const texts = FORMATTERS[format](counted);
      try {
        if (output === undefined) await writeTo(process.stdout, texts);
        else await writeWholeFile(output, format === 'csv' ? markFirst(texts) : texts);
      } catch (error) {
        progress.finish();
        if (!interrupt.aborted) throw error;
        process.exitCode = INTERRUPTED;
        const what = output === undefined ? '' : `: ${output} is not written`;
        process.stderr.write(`Interrupted${what}.\n`);
        return;
      }
      progress.finish();
      if (output !== undefined) console.log(`${count.rows} rows in ${output}`);
    });
}

async function* markFirst(texts: AsyncIterable<string>): AsyncIterable<string> {
  yield CSV_MARK;
  yield* texts;
}

/** Whether the option names a format, which is printed. */
function isPrinted(output: string | undefined): output is keyof typeof PRINTED {
  return output !== undefined && Object.hasOwn(PRINTED, output);
}

function chooseFormat({ format, json, output = '' }: ResultsOptions): OutputFormat {
  if (json) return 'jsonl';
  if (isPrinted(output)) return PRINTED[output];
  const ending = OUTPUT_FORMATS.find((name) =>
    output
      .toLowerCase()
      .replace(/\.ndjson$/, '.jsonl')
      .endsWith(`.${name}`),
  );
  return format ?? ending ?? 'table';
}

async function* countEach(
  rows: AsyncIterable<JobResult>,
  count: { rows: number },
  onRow: () => void,
): AsyncIterable<JobResult> {
  for await (const row of rows) {
    count.rows += 1;
    onRow();
    yield row;
  }
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
    csv: formatCsvRows,
  };

function cells(row: JobResult): string[] {
  return Object.values(TABLE_COLUMNS).map((column) => {
    const value = column(row);
    if (value === undefined) return '';
    return typeof value === 'number' && !Number.isInteger(value) ? value.toFixed(4) : String(value);
  });
}
