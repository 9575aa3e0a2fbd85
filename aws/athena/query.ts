import { setTimeout as sleep } from 'node:timers/promises';
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';

/** A query's answer. Numbers and booleans are such; every other type is text as Athena writes it. */
export interface QueryAnswer {
  columns: string[];
  rows: Record<string, QueryValue>[];
}
export type QueryValue = string | number | boolean | null;

/** Athena refused or could not run the SQL; the message is its reason. */
export class QueryError extends Error {
  override name = 'QueryError';
}

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1_000;

/** Runs SQL in a work group and gathers the whole answer. @throws {QueryError} */
export function createQuery(deps: {
  work_group: string;
  database: string;
  client?: AthenaClient;
}): (sql: string) => Promise<QueryAnswer> {
  const client = deps.client ?? new AthenaClient({});
  return async (sql) => {
    const { QueryExecutionId } = await client.send(
      new StartQueryExecutionCommand({
        QueryString: sql,
        WorkGroup: deps.work_group,
        QueryExecutionContext: { Database: deps.database },
      }),
    );
    await finished(client, QueryExecutionId!);
    return gather(client, QueryExecutionId!);
  };
}

async function finished(client: AthenaClient, id: string): Promise<void> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    const { QueryExecution } = await client.send(
      new GetQueryExecutionCommand({ QueryExecutionId: id }),
    );
    const { State, StateChangeReason } = QueryExecution?.Status ?? {};
    if (State === 'SUCCEEDED') return;
    if (State === 'FAILED' || State === 'CANCELLED') {
      throw new QueryError(StateChangeReason ?? `The query was ${State.toLowerCase()}`);
    }
    await sleep(waitMs);
  }
}

async function gather(client: AthenaClient, id: string): Promise<QueryAnswer> {
  const answer: QueryAnswer = { columns: [], rows: [] };
  let token: string | undefined;
  do {
    const page: GetQueryResultsCommandOutput = await client.send(
      new GetQueryResultsCommand({ QueryExecutionId: id, NextToken: token }),
    );
    addPage(answer, page, token === undefined);
    token = page.NextToken;
  } while (token !== undefined);
  return answer;
}

function addPage(answer: QueryAnswer, page: GetQueryResultsCommandOutput, first: boolean): void {
  const info = page.ResultSet?.ResultSetMetadata?.ColumnInfo ?? [];
  const rows = page.ResultSet?.Rows ?? [];
  answer.columns = info.map((column) => column.Name!);
  // The first row of a SELECT's first page repeats the column names.
  const has_header =
    first && info.every((column, i) => rows[0]?.Data?.[i]?.VarCharValue === column.Name);
  for (const row of has_header ? rows.slice(1) : rows) {
    const cells = cellsOf(row.Data?.map((cell) => cell.VarCharValue) ?? [], info.length);
    answer.rows.push(
      Object.fromEntries(info.map((column, i) => [column.Name!, typed(cells[i], column.Type)])),
    );
  }
}

/** Athena answers DESCRIBE with one tab-separated cell for all of a row's columns. */
function cellsOf(cells: (string | undefined)[], columns: number): (string | undefined)[] {
  if (cells.length !== 1 || columns === 1) return cells;
  return cells[0]?.split('\t').map((cell) => cell.trim()) ?? [];
}

const NUMBERS = new Set(['tinyint', 'smallint', 'integer', 'bigint', 'double', 'float', 'real']);

function typed(value: string | undefined, type: string | undefined): QueryValue {
  if (value === undefined) return null;
  if (type === 'boolean') return value === 'true';
  return type !== undefined && NUMBERS.has(type) ? Number(value) : value;
}
