import {
  AthenaClient,
  GetQueryExecutionCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it } from 'vitest';
import { createStatements } from '../../../aws/athena/statements.ts';

const athena = mockClient(AthenaClient);
beforeEach(() => void athena.reset());
const statements = createStatements({
  ...{ client: athena as never, work_group: 'group', database: 'lake' },
});
const answer = (State: string, StateChangeReason?: string) =>
  athena.on(GetQueryExecutionCommand).resolves({
    QueryExecution: {
      Status: { State: State as never, ...(StateChangeReason && { StateChangeReason }) },
    },
  });

it('a statement is started in its work group and database, and stopped by its id', async () => {
  athena.on(StartQueryExecutionCommand).resolves({ QueryExecutionId: 'id' });
  athena.on(StopQueryExecutionCommand).resolves({});
  expect(await statements.start('MERGE')).toBe('id');
  await statements.stop('id');
  expect(athena.commandCalls(StartQueryExecutionCommand)[0]?.args[0].input).toEqual({
    QueryString: 'MERGE',
    WorkGroup: 'group',
    QueryExecutionContext: { Database: 'lake' },
  });
  expect(athena.commandCalls(StopQueryExecutionCommand)[0]?.args[0].input).toEqual({
    QueryExecutionId: 'id',
  });
});

it.each([
  ['QUEUED', undefined, { state: 'running' }],
  ['RUNNING', undefined, { state: 'running' }],
  ['SUCCEEDED', undefined, { state: 'succeeded' }],
  ['CANCELLED', 'Query cancelled by user', { state: 'failed', code: 'CANCELLED' }],
  [
    'FAILED',
    "ICEBERG_COMMIT_ERROR: Failed to commit Iceberg update to table: 'a secret text'",
    { state: 'failed', code: 'ICEBERG_COMMIT_ERROR' },
  ],
  ['FAILED', 'line 1:1: mismatched input', { state: 'failed', code: 'UNKNOWN' }],
  ['FAILED', undefined, { state: 'failed', code: 'UNKNOWN' }],
])(
  'the state %s with the reason %j is read without the text of the reason',
  async (state, reason, expected) => {
    answer(state, reason);
    expect(await statements.read('id')).toEqual(expected);
  },
);

it('a statement that Athena does not know any more has failed, and other errors are thrown', async () => {
  const reject = (name: string) =>
    athena
      .on(GetQueryExecutionCommand)
      .rejects(Object.assign(new Error(name), { name, $metadata: { httpStatusCode: 400 } }));
  reject('InvalidRequestException');
  expect(await statements.read('id')).toEqual({ state: 'failed', code: 'NOT_FOUND' });
  reject('AccessDeniedException');
  await expect(statements.read('id')).rejects.toMatchObject({ code: 'AccessDeniedException' });
});
