import type { Execution } from './executions.ts';

/**
 * Maximum number of rows in one page.
 * Source: https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html
 */
const MOST_ROWS = 1_000;

/** An error for a request that Athena refuses. The message of the error is sent to the client. */
export class InvalidRequest extends Error {
  override name = 'InvalidRequestException';
}

/**
 * Returns one page of results for GetQueryResults. The header row counts as a row.
 *
 * @throws {InvalidRequest} if the page token or the page size is invalid
 */
export function readResultPage(execution: Execution, request: Record<string, unknown>) {
  const { rows = [], columns, update_count = 0 } = execution;
  const from = readPageStart(execution, request.NextToken);
  const to = from + readPageLength(request.MaxResults);
  return {
    UpdateCount: update_count,
    ResultSet: {
      Rows: rows.slice(from, to).map((row) => ({
        Data: row.map((value) => (value === undefined ? {} : { VarCharValue: value })),
      })),
      ResultSetMetadata: { ColumnInfo: columns },
    },
    ...(to < rows.length ? { NextToken: encodeToken(execution.id, to) } : {}),
  };
}

function readPageLength(max_results: unknown): number {
  if (max_results === undefined || max_results === null) return MOST_ROWS;
  const length = Number(max_results);
  if (length > MOST_ROWS) {
    throw new InvalidRequest(`MaxResults is more than maximum allowed length ${MOST_ROWS}.`);
  }
  if (!(length >= 1)) throw new InvalidRequest('MaxResults is less than minimum allowed length 1.');
  return length;
}

function encodeToken(id: string, row: number): string {
  return Buffer.from(`${id}/${row}`).toString('base64url');
}

function readPageStart({ id, rows = [] }: Execution, token: unknown): number {
  if (token === undefined || token === null) return 0;
  const [execution_id, row] = Buffer.from(String(token), 'base64url').toString('utf8').split('/');
  const start = Number(row);
  if (execution_id !== id || !(start >= 0 && start <= rows.length)) {
    throw new InvalidRequest('Invalid NextToken');
  }
  return start;
}

/**
 * Formats the results as the CSV file that Athena writes to S3. Each value is in quotes, and a null
 * is an empty field.
 */
export function formatCsv({ rows = [] }: Execution): string {
  const formatCell = (value: string | undefined) =>
    value === undefined ? '' : `"${value.replaceAll('"', '""')}"`;
  return rows.map((row) => `${row.map(formatCell).join(',')}\n`).join('');
}
