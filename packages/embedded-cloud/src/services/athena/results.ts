import type { Execution } from './executions.ts';

/** Source: https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html */
const MOST_ROWS = 1_000;

/** A request that Athena refuses; the message is its reason. */
export class InvalidRequest extends Error {
  override name = 'InvalidRequestException';
}

/** A page of GetQueryResults, the header row counted among its rows. @throws {InvalidRequest} */
export function resultPage(execution: Execution, request: Record<string, unknown>) {
  const { rows = [], columns } = execution;
  const from = pageStart(execution, request.NextToken);
  const to = from + pageLength(request.MaxResults);
  return {
    UpdateCount: 0,
    ResultSet: {
      Rows: rows.slice(from, to).map((row) => ({
        Data: row.map((value) => (value === undefined ? {} : { VarCharValue: value })),
      })),
      ResultSetMetadata: { ColumnInfo: columns },
    },
    ...(to < rows.length ? { NextToken: tokenAt(execution.id, to) } : {}),
  };
}

function pageLength(asked: unknown): number {
  if (asked === undefined || asked === null) return MOST_ROWS;
  const length = Number(asked);
  if (length > MOST_ROWS) {
    throw new InvalidRequest(`MaxResults is more than maximum allowed length ${MOST_ROWS}.`);
  }
  if (!(length >= 1)) throw new InvalidRequest('MaxResults is less than minimum allowed length 1.');
  return length;
}

function tokenAt(id: string, row: number): string {
  return Buffer.from(`${id}/${row}`).toString('base64url');
}

function pageStart({ id, rows = [] }: Execution, token: unknown): number {
  if (token === undefined || token === null) return 0;
  const [of, row] = Buffer.from(String(token), 'base64url').toString('utf8').split('/');
  const start = Number(row);
  if (of !== id || !(start >= 0 && start <= rows.length)) {
    throw new InvalidRequest('Invalid NextToken');
  }
  return start;
}

/** The results as Athena leaves them on S3: every value in quotes, null as nothing. */
export function resultCsv({ rows = [] }: Execution): string {
  const cell = (value: string | undefined) =>
    value === undefined ? '' : `"${value.replaceAll('"', '""')}"`;
  return rows.map((row) => `${row.map(cell).join(',')}\n`).join('');
}
