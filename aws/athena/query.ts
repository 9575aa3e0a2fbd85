import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { sleep } from '../../lib/sleep.ts';
import { createClient } from '../clients.ts';
import { requireField } from '../errors.ts';
import { addPage, type QueryAnswer } from './answer.ts';

/**
 * The error for SQL that Athena refused or could not run. The message is the reason from Athena.
 */
export class QueryError extends Error {
  override name = 'QueryError';
}

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1_000;

/**
 * Returns a function that runs SQL in a work group and collects all rows of the answer.
 *
 * @throws {QueryError} from the returned function, if Athena refused or could not run the SQL.
 */
export function createQuery(deps: {
  work_group: string;
  database: string;
  client?: AthenaClient;
}): (sql: string) => Promise<QueryAnswer> {
  const client = deps.client ?? createClient(AthenaClient);
  return async (sql) => {
    const { QueryExecutionId } = await client.send(
      new StartQueryExecutionCommand({
        QueryString: sql,
        WorkGroup: deps.work_group,
        QueryExecutionContext: { Database: deps.database },
      }),
    );
    const id = requireField('athena', 'QueryExecutionId', QueryExecutionId);
    await waitForQuery(client, id);
    return collectAnswer(client, id);
  };
}

async function waitForQuery(client: AthenaClient, id: string): Promise<void> {
  for (let wait_ms = FIRST_WAIT_MS; ; wait_ms = Math.min(wait_ms * 2, LONGEST_WAIT_MS)) {
    const { QueryExecution } = await client.send(
      new GetQueryExecutionCommand({ QueryExecutionId: id }),
    );
    const { State, StateChangeReason } = QueryExecution?.Status ?? {};
    if (State === 'SUCCEEDED') return;
    if (State === 'FAILED' || State === 'CANCELLED') {
      throw new QueryError(StateChangeReason ?? `The query was ${State.toLowerCase()}`);
    }
    await sleep(wait_ms);
  }
}

async function collectAnswer(client: AthenaClient, id: string): Promise<QueryAnswer> {
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
