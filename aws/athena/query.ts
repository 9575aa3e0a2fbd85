import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  InvalidRequestException,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { sleep } from '../../lib/sleep.ts';
import { createClient } from '../clients.ts';
import { callService, requireField } from '../errors.ts';
import { addPage, type QueryAnswer, type QueryValue } from './answer.ts';

/**
 * The error for SQL that Athena refused or could not run. The message is the reason from Athena.
 */
export class QueryError extends Error {
  override name = 'QueryError';
}

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1_000;
const STOPPED = 'The query was stopped';

/** The options of a query besides its SQL. */
export interface QueryOptions {
  /** SQL of one value for each question mark, such as `'NEGATIVE'` or `DATE '2026-11-23'`. */
  parameters?: string[];
  /** Stops the query. */
  signal?: AbortSignal;
}

export type Query = (sql: string, options?: QueryOptions) => Promise<QueryAnswer>;

/**
 * Returns a function that runs SQL in a work group and collects all rows of the answer.
 *
 * @throws {QueryError} from the returned function, if Athena could not run the SQL.
 * @throws {ServiceError} from the returned function, if a call to Athena fails.
 */
export function createQuery(deps: QueryDeps): Query {
  const client = deps.client ?? createClient(AthenaClient);
  return async (sql, options) => collectAnswer(client, await runQuery(client, deps, sql, options));
}

/** Runs SQL like {@link Query}, and yields the rows page by page, so that they may be many. */
export type ReadRows = (
  sql: string,
  options?: QueryOptions,
) => AsyncIterable<Record<string, QueryValue>>;

/**
 * Returns a function that runs SQL in a work group and yields the rows of the answer.
 *
 * @param deps `signal` stops every query, and the reading of its pages.
 * @throws {QueryError} from the returned function, if Athena could not run the SQL or the signal is
 * aborted.
 */
export function createReadRows(deps: QueryDeps & { signal?: AbortSignal }): ReadRows {
  const client = deps.client ?? createClient(AthenaClient);
  return async function* (sql, options = {}) {
    const { signal = deps.signal, parameters = [] } = options;
    const id = await runQuery(client, deps, sql, { parameters, ...(signal && { signal }) });
    for await (const [page, is_first] of readPages(client, id)) {
      if (signal?.aborted) throw new QueryError(STOPPED);
      const answer: QueryAnswer = { columns: [], types: [], rows: [] };
      addPage(answer, page, is_first);
      yield* answer.rows;
    }
  };
}

interface QueryDeps {
  work_group: string;
  database: string;
  client?: AthenaClient;
}

/** Runs a query and returns its id when it has succeeded. */
async function runQuery(
  client: AthenaClient,
  deps: QueryDeps,
  sql: string,
  { parameters = [], signal }: QueryOptions = {},
): Promise<string> {
  const command = new StartQueryExecutionCommand({
    QueryString: sql,
    WorkGroup: deps.work_group,
    QueryExecutionContext: { Database: deps.database },
    ...(parameters.length === 0 ? {} : { ExecutionParameters: parameters }),
  });
  const { QueryExecutionId } = await callService('athena', () => client.send(command)).catch(
    refuseQuery,
  );
  const id = requireField('athena', 'QueryExecutionId', QueryExecutionId);
  await waitForQuery(client, id, signal);
  return id;
}

/** Athena refuses a syntax error at once: the query does not start. */
function refuseQuery(error: unknown): never {
  const { cause } = error as Error;
  if (cause instanceof InvalidRequestException) {
    throw new QueryError(`SYNTAX_ERROR: ${cause.message}`, { cause: error });
  }
  throw error;
}

/** @throws {QueryError} if the query fails, is cancelled, or is stopped by the signal */
async function waitForQuery(
  client: AthenaClient,
  id: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let wait_ms = FIRST_WAIT_MS; ; wait_ms = Math.min(wait_ms * 2, LONGEST_WAIT_MS)) {
    const command = new GetQueryExecutionCommand({ QueryExecutionId: id });
    const { QueryExecution } = await callService('athena', () => client.send(command));
    const { State, StateChangeReason } = QueryExecution?.Status ?? {};
    if (State === 'SUCCEEDED') return;
    if (State === 'FAILED' || State === 'CANCELLED') {
      throw new QueryError(StateChangeReason ?? `The query was ${State.toLowerCase()}`);
    }
    await sleep(wait_ms);
    if (signal?.aborted) {
      const stop = new StopQueryExecutionCommand({ QueryExecutionId: id });
      void (await callService('athena', () => client.send(stop)));
      throw new QueryError(STOPPED);
    }
  }
}

export async function collectAnswer(client: AthenaClient, id: string): Promise<QueryAnswer> {
  const answer: QueryAnswer = { columns: [], types: [], rows: [] };
  for await (const [page, is_first] of readPages(client, id)) addPage(answer, page, is_first);
  return answer;
}

/** Yields the pages of an answer, each with whether it is the first. */
async function* readPages(
  client: AthenaClient,
  id: string,
): AsyncGenerator<[GetQueryResultsCommandOutput, boolean]> {
  let token: string | undefined;
  do {
    const command = new GetQueryResultsCommand({ QueryExecutionId: id, NextToken: token });
    const page: GetQueryResultsCommandOutput = await callService('athena', () =>
      client.send(command),
    );
    yield [page, token === undefined];
    token = page.NextToken;
  } while (token !== undefined);
}
