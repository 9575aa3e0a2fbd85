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
import { addPage, type QueryAnswer } from './answer.ts';

/**
 * The error for SQL that Athena refused or could not run. The message is the reason from Athena.
 */
export class QueryError extends Error {
  override name = 'QueryError';
}

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1_000;

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
export function createQuery(deps: {
  work_group: string;
  database: string;
  client?: AthenaClient;
}): Query {
  const client = deps.client ?? createClient(AthenaClient);
  return async (sql, { parameters = [], signal } = {}) => {
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
    return collectAnswer(client, id);
  };
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
      throw new QueryError('The query was stopped');
    }
  }
}

export async function collectAnswer(client: AthenaClient, id: string): Promise<QueryAnswer> {
  const answer: QueryAnswer = { columns: [], types: [], rows: [] };
  let token: string | undefined;
  do {
    const command = new GetQueryResultsCommand({ QueryExecutionId: id, NextToken: token });
    const page: GetQueryResultsCommandOutput = await callService('athena', () =>
      client.send(command),
    );
    addPage(answer, page, token === undefined);
    token = page.NextToken;
  } while (token !== undefined);
  return answer;
}
