import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { Command, Option } from 'commander';
import { formatCsvCell } from '../../lib/csv-cell.ts';
import type { JobResult } from '../../schemas/index.ts';
import { connectApi, withAdviceForEach } from '../api.ts';
import { createProgress } from '../output/progress.ts';

const OUTPUT_FORMATS = ['table', 'jsonl', 'csv'] as const;
type OutputFormat = (typeof OUTPUT_FORMATS)[number];

const COLUMNS: Record<string, (row: JobResult) => string | number | undefined> = {
  job_index: ({ job_index }) => job_index,
  record_id: ({ record_id }) => record_id,
  outcome: ({ outcome, result }) => (outcome === 'done' ? result?.status : outcome),
  sentiment: ({ result }) => result?.sentiment,
  score: ({ result }) => result?.score,
  language_code: ({ result }) => result?.language_code,
  issues: ({ issues }) =>
    issues?.map(({ path, message }) => `${path} ${message}`.trim()).join('; '),
};

/**
 * Creates the command `aurastream job results ID`, which reads all pages of a job's results and
 * prints the outcome of each record in the order of the job's file.
 */
export function resultsCommand(): Command {
  return new Command('results')
    .description('show the outcome of each record of a job, in the order of its file')
    .argument('<job_id>')
    .addOption(new Option('--format <format>').choices(OUTPUT_FORMATS).default('table'))
    .option('--output <file>', 'write to this file')
    .option('--json', 'the same as --format jsonl')
    .action(
      async (
        job_id: string,
        options: { format: OutputFormat; output?: string; json?: boolean },
        command: Command,
      ) => {
        const client = await connectApi(command);
        const format = options.json ? 'jsonl' : options.format;
        const out =
          options.output === undefined ? process.stdout : createWriteStream(options.output);
        const progress = createProgress();
        let rows = 0;
        await write(out, headerLine(format));
        for await (const row of withAdviceForEach(client.results(job_id))) {
          await write(out, FORMATTERS[format](row));
          rows += 1;
          if (options.output !== undefined) progress.update(`${rows} rows`);
        }
        progress.finish();
        if (out === process.stdout) return;
        out.end();
        await once(out, 'finish');
        console.log(`${rows} rows in ${options.output}`);
      },
    );
}

/** Writes text to the output, and waits if the output's buffer is full. */
async function write(out: Writable, text: string): Promise<void> {
  if (text !== '' && !out.write(text)) await once(out, 'drain');
}

function headerLine(format: OutputFormat): string {
  if (format === 'jsonl') return '';
  return `${Object.keys(COLUMNS).join(format === 'csv' ? ',' : '\t')}\n`;
}

const FORMATTERS: Record<OutputFormat, (row: JobResult) => string> = {
  jsonl: (row) => `${JSON.stringify(row)}\n`,
  csv: (row) => `${cells(row).map(formatCsvCell).join(',')}\n`,
  table: (row) => `${cells(row).join('\t')}\n`,
};

function cells(row: JobResult): string[] {
  return Object.values(COLUMNS).map((column) => {
    const value = column(row);
    if (value === undefined) return '';
    return typeof value === 'number' && !Number.isInteger(value) ? value.toFixed(4) : String(value);
  });
}
