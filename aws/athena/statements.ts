import {
  AthenaClient,
  GetQueryExecutionCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import type { Statements } from '../../insight/keeper/ports.ts';
import { ServiceError } from '../../schemas/index.ts';
import { createClient } from '../clients.ts';
import { callService, requireField } from '../errors.ts';
import { collectAnswer } from './query.ts';

export interface StatementsDeps {
  work_group: string;
  database: string;
  client?: AthenaClient;
}

/** Creates the adapter that runs statements in a work group of Athena. */
export function createStatements(deps: StatementsDeps): Statements {
  const client = deps.client ?? createClient(AthenaClient);
  return {
    async start(sql) {
      const command = new StartQueryExecutionCommand({
        QueryString: sql,
        WorkGroup: deps.work_group,
        QueryExecutionContext: { Database: deps.database },
      });
      const { QueryExecutionId } = await callService('athena', () => client.send(command));
      return requireField('athena', 'QueryExecutionId', QueryExecutionId);
    },
    read: (id) => readState(client, id),
    async stop(id) {
      const command = new StopQueryExecutionCommand({ QueryExecutionId: id });
      void (await callService('athena', () => client.send(command)));
    },
    answer: (id) => collectAnswer(client, id),
  };
}

async function readState(client: AthenaClient, id: string): ReturnType<Statements['read']> {
  try {
    const command = new GetQueryExecutionCommand({ QueryExecutionId: id });
    const { QueryExecution } = await callService('athena', () => client.send(command));
    const { State, StateChangeReason } = QueryExecution?.Status ?? {};
    if (State === 'SUCCEEDED') return { state: 'succeeded' };
    if (State === 'CANCELLED') return { state: 'failed', code: 'CANCELLED' };
    if (State === 'FAILED') return { state: 'failed', code: readCode(StateChangeReason) };
    return { state: 'running' };
  } catch (error) {
    // Athena forgets a statement after 45 days, and an embedded cloud when it stops.
    const is_unknown = error instanceof ServiceError && error.code === 'InvalidRequestException';
    if (is_unknown) return { state: 'failed', code: 'NOT_FOUND' };
    throw error;
  }
}

/**
 * Returns the name of an error, such as `ICEBERG_COMMIT_ERROR`. The rest of Athena's message is left
 * out, because it may quote a user's text.
 */
function readCode(reason = ''): string {
  return /^[A-Z][A-Z0-9_]{3,}(?=\b)/.exec(reason)?.[0] ?? 'UNKNOWN';
}
