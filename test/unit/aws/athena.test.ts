import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  InvalidRequestException,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createQuery, createReadRows, QueryError } from '../../../aws/athena/query.ts';

const athena = mockClient(AthenaClient);
beforeEach(() => {
  athena.reset();
  athena.on(StartQueryExecutionCommand).resolves({ QueryExecutionId: 'id' });
});
afterEach(() => void vi.useRealTimers());

const query = createQuery({ client: athena as never, work_group: 'group', database: 'lake' });
const state = (State: 'QUEUED' | 'RUNNING' | 'SUCCEEDED') => ({
  QueryExecution: { Status: { State } },
});

/** Answers a query with rows of cells, under columns with names and types. */
function answer(columns: [name: string, type: string][], ...rows: (string | undefined)[][]): void {
  athena.on(GetQueryExecutionCommand).resolves(state('SUCCEEDED'));
  athena.on(GetQueryResultsCommand).resolves({
    ResultSet: {
      ResultSetMetadata: { ColumnInfo: columns.map(([Name, Type]) => ({ Name, Type })) },
      Rows: rows.map((row) => ({ Data: row.map((VarCharValue) => ({ VarCharValue })) })),
    },
  });
}

it('a query asks again after 50 ms, then after twice as long each time, and at most after a second', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'Date'] });
  const asked_at: number[] = [];
  const started_at = Date.now();
  athena.on(GetQueryExecutionCommand).callsFake(() => {
    asked_at.push(Date.now() - started_at);
    return asked_at.length <= 7
      ? state(asked_at.length === 1 ? 'QUEUED' : 'RUNNING')
      : state('SUCCEEDED');
  });
  athena.on(GetQueryResultsCommand).resolves({});
  const asking = query('SELECT 1');
  await vi.advanceTimersByTimeAsync(10_000);
  await asking;
  expect(asked_at).toEqual([0, 50, 150, 350, 750, 1_550, 2_550, 3_550]);
});

it.each([
  ['a query', (signal: AbortSignal) => query('SELECT 1', { signal })],
  [
    'a query whose rows are read page by page',
    (signal: AbortSignal) =>
      createReadRows({ client: athena as never, work_group: 'group', database: 'lake', signal })(
        'SELECT 1',
      )
        [Symbol.asyncIterator]()
        .next(),
  ],
] as const)('%s is stopped in Athena when its caller goes away', async (_, ask) => {
  const caller = new AbortController();
  athena.on(StopQueryExecutionCommand).resolves({});
  athena.on(GetQueryExecutionCommand).callsFake(() => {
    caller.abort();
    return state('RUNNING');
  });
  await expect(ask(caller.signal)).rejects.toEqual(new QueryError('The query was stopped'));
  const stopped = athena.commandCalls(StopQueryExecutionCommand);
  expect(stopped.map(({ args }) => args[0].input)).toEqual([{ QueryExecutionId: 'id' }]);
  expect(athena.commandCalls(GetQueryExecutionCommand)).toHaveLength(1);
});

it.each(['tinyint', 'smallint', 'integer', 'bigint', 'double', 'float', 'real'])(
  'a cell of the type %s is a number, and an absent one is null',
  async (type) => {
    answer([['n', type]], ['n'], ['1.5'], [undefined]);
    expect((await query('SELECT')).rows).toEqual([{ n: 1.5 }, { n: null }]);
  },
);

it.each(['varchar', 'decimal', 'timestamp', 'row'])(
  'a cell of the type %s is a string',
  async (type) => {
    answer([['n', type]], ['n'], ['1.5']);
    expect((await query('SELECT')).rows).toEqual([{ n: '1.5' }]);
  },
);

it('a row of DESCRIBE, which is one cell with tabs, is split into the columns', async () => {
  answer(
    [
      ['col_name', 'string'],
      ['data_type', 'string'],
    ],
    ['record_id           \tvarchar             '],
    [''],
  );
  expect((await query('DESCRIBE results')).rows).toEqual([
    { col_name: 'record_id', data_type: 'varchar' },
    { col_name: '', data_type: null },
  ]);
});

it('a text with tabs in a query of one column stays whole', async () => {
  answer([['text', 'varchar']], ['text'], ['a\tb']);
  expect((await query('SELECT text')).rows).toEqual([{ text: 'a\tb' }]);
});

it('a first row that only begins like the header is a row of the answer', async () => {
  answer(
    [
      ['a', 'varchar'],
      ['b', 'varchar'],
    ],
    ['a', 'not b'],
  );
  expect((await query('SHOW')).rows).toEqual([{ a: 'a', b: 'not b' }]);
});

it('a query that Athena does not name is an error to retry', async () => {
  athena.on(StartQueryExecutionCommand).resolves({});
  await expect(query('SELECT 1')).rejects.toMatchObject({
    ...{ name: 'ServiceError', code: 'MissingQueryExecutionId', retryable: true },
  });
});

it('a query with a syntax error, which Athena refuses to start, fails with the message of Athena', async () => {
  const message = "line 1:1: mismatched input 'SELEC'";
  athena
    .on(StartQueryExecutionCommand)
    .rejects(new InvalidRequestException({ message, $metadata: { httpStatusCode: 400 } }));
  const asking = query('SELEC 1');
  await expect(asking).rejects.toBeInstanceOf(QueryError);
  await expect(asking).rejects.toThrow(`SYNTAX_ERROR: ${message}`);
});
