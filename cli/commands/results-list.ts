import { Command, Option } from 'commander';
import type { ResultsPage, ResultsQuery, ResultsReader } from '../../api/ports.ts';
import type { StackOutputs } from '../../aws/cloudformation/stack.ts';
import { type AuditAct, RESULT_ORDERS, RESULT_STATUSES } from '../../schemas/index.ts';
import { withAudit } from '../audit.ts';
import { type OutputFormat, printAnswer } from '../output/print.ts';
import { formatTable } from '../output/table.ts';
import { parseLimit, parseTime } from './options.ts';
import { addFilters, type FilterOptions } from './results-filters.ts';

const DEFAULT_LIMIT = 50;
const RESULTS_PER_PAGE = 100;

interface ListOptions
  extends FilterOptions,
    Pick<ResultsQuery, 'status' | 'order' | 'from' | 'to' | 'limit'> {
  withdrawn?: boolean;
  text?: boolean;
  json?: boolean;
  output?: OutputFormat;
}

/** Creates the command `aurastream results list`. */
export function resultsListCommand(
  openResults: (command: Command) => Promise<{ stack: StackOutputs; results: ResultsReader }>,
): Command {
  return addFilters(new Command('list'))
    .description('results by source, status, sentiment, language and time, newest first')
    .addOption(new Option('--status <status>', 'only with this status').choices(RESULT_STATUSES))
    .addOption(
      new Option('--order <time>', 'the time to go by')
        .choices(RESULT_ORDERS)
        .default('created_at'),
    )
    .option(
      '--from <time>',
      'at or after this time (ISO 8601: 2026-11-23 or 2026-11-23T10:00:00Z)',
      parseTime,
    )
    .option('--to <time>', 'before this time', parseTime)
    .option('--withdrawn', 'also list withdrawn records')
    .option('--text', 'with texts, authors, URLs and attributes')
    .option('--limit <n>', 'how many at most', parseLimit, DEFAULT_LIMIT)
    .option('--json', 'print an array of results')
    .action(async (options: ListOptions, command: Command) => {
      const { limit, withdrawn, text, json, output, ...filters } = options;
      const query = { ...filters, has_withdrawn: withdrawn === true, has_texts: text === true };
      const { stack, results: reader } = await openResults(command);
      const work = () => listResults(reader, query, limit);
      const results = text
        ? await withAudit(stack, nameAct('list_results', query), work, ({ length }) => ({
            counts: { results: length },
          }))
        : await work();
      const columns = columnsOf(options);
      printAnswer({ json, output }, results, () =>
        formatTable(columns, results.map(toRow(columns))),
      );
    });
}

/** Names a read of many results with the filters that choose them. */
export function nameAct(
  act: 'list_results' | 'tail_results',
  { tenant, source, sentiment }: Pick<ResultsQuery, 'tenant' | 'source' | 'sentiment'>,
): AuditAct {
  const selectors = {
    ...(source === undefined ? {} : { source }),
    ...(sentiment === undefined ? {} : { sentiment }),
  };
  return { act, tenant, selectors };
}

/** Lists up to `limit` results, in as many pages as it takes. */
export async function listResults(
  results: ResultsReader,
  query: Omit<ResultsQuery, 'limit' | 'after'>,
  limit: number,
): Promise<ResultsPage['results']> {
  const found: ResultsPage['results'] = [];
  let after: string | undefined;
  do {
    const page_limit = Math.min(limit - found.length, RESULTS_PER_PAGE);
    const page = await results.list({ ...query, limit: page_limit, after });
    found.push(...page.results);
    after = page.next;
  } while (after !== undefined && found.length < limit);
  return found;
}

function columnsOf({ source, order, text }: ListOptions): string[] {
  return [
    order,
    ...(source === undefined ? ['source'] : []),
    ...['record_id', 'status', 'sentiment', 'score', 'language_code'],
    ...(text === true ? ['text'] : []),
  ];
}

function toRow(columns: string[]) {
  return (result: ResultsPage['results'][number]) =>
    Object.fromEntries(
      columns.map((name) => [
        name,
        result[name as keyof typeof result] as string | number | undefined,
      ]),
    );
}
