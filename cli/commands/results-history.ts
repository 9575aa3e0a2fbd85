import { Command } from 'commander';
import { createHistoryStore } from '../../aws/dynamodb/history/store.ts';
import { createResultsReader } from '../../aws/dynamodb/results/reader.ts';
import { createReadHistory, type ReadHistory } from '../../insight/history/read.ts';
import type { HistoryVersion, RecordIdentity } from '../../schemas/index.ts';
import { connect } from '../cloud.ts';
import { printAnswer } from '../output/print.ts';
import { formatTable } from '../output/table.ts';
import { aSlug, parseLimit } from './options.ts';
import { adviseOnAbsence } from './results-absent.ts';

const DEFAULT_LIMIT = 50;
const VERSIONS_PER_PAGE = 100;

interface HistoryOptions {
  tenant: string;
  limit: number;
  json?: boolean;
}

/** Creates the command `aurastream results history`. */
export function resultsHistoryCommand(): Command {
  return new Command('history')
    .description('the versions of one record, and the runs they came from, newest first')
    .argument('<source>')
    .argument('<record_id>')
    .option('--tenant <tenant>', 'whose record it is', aSlug, 'default')
    .option('--limit <n>', 'how many versions at most', parseLimit, DEFAULT_LIMIT)
    .option('--json', 'print an array of versions')
    .action(
      async (source: string, record_id: string, options: HistoryOptions, command: Command) => {
        const { tenant, limit } = options;
        const readHistory = await openHistory(command);
        const versions = await listVersions(readHistory, { tenant, source, record_id }, limit);
        if (versions === undefined) throw adviseOnAbsence(source, record_id);
        printAnswer(options, versions, () => formatTable(COLUMNS, versions.map(toRow)));
      },
    );
}

async function openHistory(command: Command): Promise<ReadHistory> {
  const { ResultsTableName, HistoryTableName } = await connect(command);
  return createReadHistory({
    current: createResultsReader({ table_name: ResultsTableName }),
    past: createHistoryStore({ table_name: HistoryTableName, now: Date.now }),
  });
}

/** Lists up to `limit` versions. Returns undefined if the record has no result. */
async function listVersions(
  readHistory: ReadHistory,
  record: RecordIdentity,
  limit: number,
): Promise<HistoryVersion[] | undefined> {
  const versions: HistoryVersion[] = [];
  let after: number | undefined;
  do {
    const page_limit = Math.min(limit - versions.length, VERSIONS_PER_PAGE);
    const page = await readHistory(record, { limit: page_limit, after });
    if (page === undefined) return versions.length === 0 ? undefined : versions;
    versions.push(...page.versions);
    after = page.next;
  } while (after !== undefined && versions.length < limit);
  return versions;
}

const COLUMNS = [
  ...['arrived_at', 'record_version', 'status', 'sentiment', 'score'],
  ...['analyzer', 'processed_at', 'run_id'],
];

function toRow({ analyzer, pii: _pii, ...version }: HistoryVersion) {
  const { name, version: number } = analyzer ?? {};
  return { ...version, analyzer: analyzer === undefined ? undefined : `${name} ${number}` };
}
