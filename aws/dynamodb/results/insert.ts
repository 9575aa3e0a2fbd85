import {
  type AttributeValue,
  BatchExecuteStatementCommand,
  type BatchStatementError,
} from '@aws-sdk/client-dynamodb';
import { chunk } from '../../../lib/chunk.ts';
import type { ResultEntry } from '../../../processors/stream/ports.ts';
import { isThrottling } from '../../errors.ts';
import { type Rejection, sendBatches } from '../../send-batches.ts';
import type { Item } from '../attribute.ts';
import { ITEMS_PER_WRITE } from '../batches.ts';
import { callDynamoDb, type Table } from '../table.ts';
import type { Folded } from './fold.ts';

/** The results of one record in a put, and what they make of its row. */
export interface Writing {
  /** Key of the record. */
  key: string;
  /** The indexes of the results in the array that the caller puts. */
  indexes: number[];
  entries: ResultEntry[];
  folded: Folded;
}

export type RejectedWritings = Map<Writing, Rejection>;

/**
 * Inserts rows for records that have no row yet. Existing rows stay unchanged. The returned array
 * `existing` contains the writings of records that already have a row.
 */
export async function insertRows(
  table: Table,
  writings: Writing[],
): Promise<{ existing: Writing[]; failed: RejectedWritings }> {
  const failed = await sendBatches(writings, {
    ...table,
    split: (some) => chunk(some, ITEMS_PER_WRITE),
    async send(call) {
      const Statements = call.map(({ folded }) =>
        insertStatement(table.table_name, folded.item ?? {}),
      );
      const { Responses } = await callDynamoDb(() =>
        table.client.send(new BatchExecuteStatementCommand({ Statements })),
      );
      return call.map((_, i) => {
        const response = Responses?.[i];
        return response === undefined ? MISSING_RESPONSE : rejectionOf(response.Error);
      });
    },
  });
  const existing = [...failed].flatMap(([writing, { code }]) =>
    code === 'DuplicateItem' ? [writing] : [],
  );
  for (const writing of existing) failed.delete(writing);
  return { existing, failed };
}

/**
 * Returns a statement in PartiQL, for example `INSERT INTO "results" VALUE {'record_key': ?, …}`.
 * Names are quoted and values are parameters.
 */
function insertStatement(
  table_name: string,
  row: Item,
): { Statement: string; Parameters: AttributeValue[] } {
  const fields = Object.keys(row).map((name) => `'${name.replaceAll("'", "''")}': ?`);
  return {
    Statement: `INSERT INTO "${table_name.replaceAll('"', '""')}" VALUE {${fields.join(', ')}}`,
    Parameters: Object.values(row),
  };
}

/**
 * Retryable error codes of one statement.
 * Source: BatchStatementErrorCodeEnum in the DynamoDB API reference.
 */
const RETRYABLE = new Set(['InternalServerError', 'TransactionConflict']);

function rejectionOf(error: BatchStatementError | undefined): Rejection | undefined {
  if (error === undefined) return undefined;
  const code = error.Code ?? 'UnknownError';
  const throttled = isThrottling(code);
  return { code, throttled, retryable: throttled || RETRYABLE.has(code) };
}

const MISSING_RESPONSE: Rejection = {
  code: 'MissingResponse',
  retryable: true,
  throttled: false,
};
