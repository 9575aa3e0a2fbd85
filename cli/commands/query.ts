import { readFile, writeFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { Command } from 'commander';
import { createQuery, QueryError } from '../../aws/athena/query.ts';
import { CSV_MARK } from '../../jobs/results-csv.ts';
import { withAudit } from '../audit.ts';
import { connect } from '../cloud.ts';
import { Advice } from '../errors.ts';
import { describeReached, formatTime, WAIT_LIMIT_SECONDS, waitForAccepted } from '../lake/wait.ts';
import { isOutputFormat, type OutputFormat } from '../output/print.ts';
import { formatTable } from '../output/table.ts';
import { findNewestChange } from '../query/as-of.ts';
import { formatAnswerCsv, formatAnswerXlsx, type TableAnswer } from '../query/export.ts';
import { queryObjects } from '../query/nested.ts';
import { addOwnTables, readOwnTable } from '../query/own-table.ts';
import { writeParameter } from '../query/parameters.ts';
import { abortOnInterrupt } from '../stop.ts';
import { createNumberParser } from './options.ts';

type Format = OutputFormat | 'xlsx';

interface Options {
  file?: string;
  param: string[];
  with: string[];
  json?: boolean;
  csv?: boolean;
  xlsx?: boolean;
  output?: string;
  locale: string;
  wait?: boolean;
  waitLimit: number;
}

const collect = (value: string, values: string[]) => [...values, value];

/** Creates the command `aurastream query SQL`, which runs a query on the data lake with Athena. */
export function queryCommand(): Command {
  return new Command('query')
    .argument('[sql]', 'a SELECT over results, results_history or results_raw')
    .option('--file <file>', 'read the SQL from this file, or from standard input if it is -')
    .option('--param <value>', 'the value for the next ? in the SQL; may be repeated', collect, [])
    .option(
      '--with <name=file>',
      'join this file as a table of that name; may be repeated',
      collect,
      [],
    )
    .option('--json', 'print an array of row objects')
    .option('--csv', 'print CSV')
    .option('--xlsx', 'write a workbook for Excel; needs --output')
    .option(
      '--output <format|file>',
      'print table, json, ndjson or csv; or write to a file, whose ending .csv, .xlsx, .json or .ndjson chooses the format',
    )
    .option(
      '--locale <locale>',
      'de separates the columns of CSV by ; and has decimal commas',
      'en',
    )
    .option('--wait', 'first wait until results has all that was accepted before the command began')
    .option(
      '--wait-limit <seconds>',
      'give the wait up after this time',
      createNumberParser(1, 86_400),
      WAIT_LIMIT_SECONDS,
    )
    .addHelpText(
      'after',
      `
A value of --param is a number, a date such as 2026-11-23, a literal of SQL such as DATE '2026-11-23', or text.

Results are in the table minutes after the record was accepted. The command prints as of when the answer is: what was
accepted until then is in it with --wait, and may be missing without.

Examples:
  $ aurastream query --wait "SELECT count(*) AS n FROM results WHERE source = 'reviews'"
  $ aurastream query "SELECT source, avg(scores.positive) AS p FROM results GROUP BY source"
  $ aurastream query --file weekly.sql --param reviews --param 2026-11-01 --output weekly.xlsx
  $ aurastream query --with prices=prices.csv "SELECT p.price, r.sentiment FROM results r JOIN prices p ON element_at(r.attributes, 'sku') = p.sku"

25 questions with their SQL: docs/sql.md`,
    )
    .action(runQuery);
}

async function runQuery(
  argument: string | undefined,
  options: Options,
  command: Command,
): Promise<void> {
  const format = chooseFormat(options);
  const tables = [];
  for (const option of options.with) tables.push(await readOwnTable(option));
  const sql = addOwnTables(await readSql(argument, options.file), tables);
  const stack = await connect(command);
  const query = createQuery({ work_group: stack.WorkgroupName, database: stack.DatabaseName });
  const run =
    format === 'table' ? query : (text: string, more: object) => queryObjects(query, text, more);
  const signal = abortOnInterrupt();
  const reached = options.wait
    ? await waitForAccepted(stack, { limit_seconds: options.waitLimit, signal })
    : undefined;
  const asked_at = new Date();
  const parameters = options.param.map(writeParameter);
  const answer = await withAudit(
    stack,
    { act: 'query', persons: { sql } },
    () => run(sql, { parameters, signal }).catch(explainRefusal),
    ({ rows }) => ({ counts: { rows: rows.length } }),
  );
  const file = nameFile(options);
  const is_program = ['json', 'ndjson'].includes(format) && file === undefined;
  const newest = is_program ? undefined : await findNewestChange(query, sql);
  await print(answer, format, options);
  const as_of = reached === undefined ? `as of ${formatTime(asked_at)}` : describeReached(reached);
  const rows = describeRows(answer.rows.length, file);
  const note = `${rows}, ${as_of}${newest === undefined ? '' : `; newest results ${newest} UTC`}`;
  process.stderr.write(`${note}\n`);
}

function describeRows(rows: number, file: string | undefined): string {
  const place = file === undefined ? '' : ` in ${file}`;
  return `${rows} ${rows === 1 ? 'row' : 'rows'}${place}`;
}

function chooseFormat({ json, csv, xlsx, output }: Options): Format {
  const named = isOutputFormat(output) ? output : undefined;
  const flags = Object.entries({ json, csv, xlsx }).flatMap(([name, is_chosen]) =>
    is_chosen ? [name] : [],
  );
  const chosen = [...new Set([...flags, ...(named === undefined ? [] : [named])])];
  if (chosen.length > 1)
    throw new Advice('Only one format is possible.', 'Use --json, --csv, --xlsx or --output.');
  const file = nameFile({ output });
  const [, ending] = /\.(json|ndjson|csv|xlsx)$/i.exec(file ?? '') ?? [];
  const format = (chosen[0] ?? ending?.toLowerCase() ?? 'table') as Format;
  if (format === 'xlsx' && file === undefined) {
    throw new Advice('A workbook cannot be printed.', 'Name a file: --output answer.xlsx');
  }
  return format;
}

/** Returns the file to write to, or undefined if the option names a format, or nothing. */
function nameFile({ output }: { output?: string | undefined }): string | undefined {
  return isOutputFormat(output) ? undefined : output;
}

async function readSql(argument: string | undefined, file: string | undefined): Promise<string> {
  if ((argument === undefined) === (file === undefined)) {
    throw new Advice(
      'Expected one query.',
      'Write the SQL as an argument, or name its file with --file.',
    );
  }
  const sql = argument ?? (await readSqlFile(file ?? '-'));
  return sql.replace(/^\uFEFF/, '').replace(/[\s;]+$/, '');
}

async function readSqlFile(file: string): Promise<string> {
  return file === '-' ? readAll(process.stdin) : readFile(file, 'utf8');
}

function explainRefusal(error: unknown): never {
  if (!(error instanceof QueryError)) throw error;
  throw new Advice(
    error.message,
    'The tables are results, results_history and results_raw: `aurastream query "DESCRIBE results"` lists the columns.',
    { cause: error },
  );
}

async function print(answer: TableAnswer, format: Format, options: Options): Promise<void> {
  const file = nameFile(options);
  const content = formatAnswer(answer, format, options);
  if (file === undefined) console.log(content.toString().replace(/\r?\n$/, ''));
  // Excel reads a CSV file as UTF-8 only if it begins with the mark.
  else await writeFile(file, format === 'csv' ? CSV_MARK + content.toString() : content);
}

function formatAnswer(answer: TableAnswer, format: Format, options: Options): string | Buffer {
  switch (format) {
    case 'csv':
      return formatAnswerCsv(answer, options.locale);
    case 'xlsx':
      return formatAnswerXlsx(answer);
    case 'json':
      return `${JSON.stringify(answer.rows)}\n`;
    case 'ndjson':
      return answer.rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    case 'table': {
      const room = nameFile(options) === undefined ? {} : { columns: Number.POSITIVE_INFINITY };
      return `${formatTable(answer.columns, answer.rows as never, room)}\n`;
    }
  }
}
