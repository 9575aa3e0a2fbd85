import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import type { Clients } from './clients.ts';

const POLL_MS = 100;

/**
 * Reads `tenant#source#record_id#record_version#revision#status` of each row of the lake's table
 * `results`. A withdrawn row that still has a text ends in `#text`.
 */
export async function readLakeTable(clients: Clients): Promise<string[]> {
  const { QueryExecutionId } = await clients.athena.send(
    new StartQueryExecutionCommand({
      QueryString: `SELECT tenant || '#' || source || '#' || record_id
        || '#' || COALESCE(CAST(record_version AS varchar), '')
        || '#' || CAST(revision AS varchar) || '#' || status
        || CASE WHEN status = 'withdrawn' AND text IS NOT NULL THEN '#text' ELSE '' END AS version
        FROM results`,
      WorkGroup: clients.output('WorkgroupName'),
      QueryExecutionContext: { Database: clients.output('DatabaseName') },
    }),
  );
  await waitForQuery(clients, QueryExecutionId);
  return readRows(clients, QueryExecutionId);
}

async function waitForQuery({ athena }: Clients, id: string | undefined): Promise<void> {
  for (;;) {
    const command = new GetQueryExecutionCommand({ QueryExecutionId: id });
    const { State, StateChangeReason } = (await athena.send(command)).QueryExecution?.Status ?? {};
    if (State === 'SUCCEEDED') return;
    if (State === 'FAILED' || State === 'CANCELLED') {
      throw new Error(`Expected the query of the lake to succeed, got ${StateChangeReason}`);
    }
    await sleep(POLL_MS);
  }
}

async function readRows({ athena }: Clients, id: string | undefined): Promise<string[]> {
  const rows: string[] = [];
  let NextToken: string | undefined;
  do {
    const page: GetQueryResultsCommandOutput = await athena.send(
      new GetQueryResultsCommand({ QueryExecutionId: id, NextToken }),
    );
    for (const { Data } of page.ResultSet?.Rows ?? []) rows.push(Data?.[0]?.VarCharValue ?? '');
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  // The first row of the first page holds the names of the columns.
  return rows.slice(1);
}
