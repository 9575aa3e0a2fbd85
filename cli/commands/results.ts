import { Command, InvalidArgumentError } from 'commander';
import type { ResultsReader } from '../../api/ports.ts';
import { createResultsReader } from '../../aws/dynamodb/results/reader.ts';
import { type ListedResult, timestamp } from '../../schemas/index.ts';
import { connect } from '../cloud.ts';
import { Advice } from '../errors.ts';
import { printAnswer } from '../output/print.ts';
import { formatTable } from '../output/table.ts';
import { parseLimit } from './options.ts';

const DEFAULT_LIMIT = 50;

/** Creates the command `aurastream results`, which reads results from the results table. */
export function resultsCommand(): Command {
  return new Command('results')
    .description('read results from the results table')
    .addCommand(getCommand())
    .addCommand(listCommand());
}

interface GetOptions {
  tenant: string;
  json?: boolean;
}

function getCommand(): Command {
  return new Command('get')
    .description('the result of one record')
    .argument('<source>')
    .argument('<record_id>')
    .option('--tenant <tenant>', 'whose record it is', 'default')
    .option('--json', 'print one line of JSON')
    .action(async (source: string, record_id: string, options: GetOptions, command: Command) => {
      const { tenant } = options;
      const result = await (await openReader(command)).get({ tenant, source, record_id });
      if (result === undefined) {
        throw new Advice(
          `There is no result for ${record_id} of the source ${source}.`,
          'It may still be on the stream, be set aside (`aurastream set-aside list`), or belong to another --tenant.',
        );
      }
      console.log(JSON.stringify(result, null, options.json ? 0 : 2));
    });
}

interface ListOptions {
  source: string;
  tenant: string;
  from?: string;
  to?: string;
  limit: number;
  json?: boolean;
}

function listCommand(): Command {
  return new Command('list')
    .description('results of a source, newest first')
    .requiredOption('--source <source>', 'the source to list')
    .option('--tenant <tenant>', 'whose records', 'default')
    .option(
      '--from <time>',
      'created at or after (ISO 8601: 2026-11-23 or 2026-11-23T10:00:00Z)',
      parseTime,
    )
    .option('--to <time>', 'created before', parseTime)
    .option('--limit <n>', 'how many at most', parseLimit, DEFAULT_LIMIT)
    .option('--json', 'print an array of results')
    .action(async (options: ListOptions, command: Command) => {
      const results = await listResults(await openReader(command), options);
      printAnswer(options, results, () => formatTable(COLUMNS, results.map(toRow)));
    });
}

async function listResults(results: ResultsReader, options: ListOptions): Promise<ListedResult[]> {
  const { source, tenant, from, to, limit } = options;
  const found: ListedResult[] = [];
  let cursor: string | undefined;
  do {
    const page = await results.list({
      tenant,
      source,
      limit: Math.min(limit - found.length, 100),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    found.push(...page.results);
    cursor = page.cursor;
  } while (cursor !== undefined && found.length < limit);
  return found;
}

const COLUMNS = ['created_at', 'record_id', 'status', 'sentiment', 'score', 'language_code'];

function toRow(result: ListedResult): Record<string, string | number | undefined> {
  return Object.fromEntries(
    COLUMNS.map((name) => [
      name,
      result[name as keyof ListedResult] as string | number | undefined,
    ]),
  );
}

async function openReader(command: Command): Promise<ResultsReader> {
  const { ResultsTableName } = await connect(command);
  return createResultsReader({ table_name: ResultsTableName });
}

/** Parses a day or a time. A day such as `2026-11-23` means the start of the day in UTC. */
function parseTime(value: string): string {
  const whole = /^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value}T00:00:00Z` : value;
  if (!timestamp.safeParse(whole).success) {
    throw new InvalidArgumentError('Use 2026-11-23 or 2026-11-23T10:00:00Z.');
  }
  return new Date(whole).toISOString();
}
