import {
  type AttributeValue,
  BatchExecuteStatementCommand,
  type BatchStatementError,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import type { LimitFunction } from 'p-limit';
import type { Result } from '../../../schemas/index.ts';
import { isThrottling, serviceError } from '../../clients.ts';
import { type Pause, packed, type Rejection, sendAll } from '../resend.ts';
import { columnsOf } from './row.ts';

/** Limit of BatchExecuteStatement, DynamoDB API reference. */
const STATEMENTS_PER_CALL = 25;

export interface TableContext {
  client: Pick<DynamoDBClient, 'send'>;
  table_name: string;
  limit: LimitFunction;
  pause: Pause;
}

/** A result on its way to its row, with its place in what was put. */
export interface Writing {
  index: number;
  result: Result;
  /** Epoch seconds. */
  expires_at: number;
}

export type Rejected = Map<Writing, Rejection>;

/** Writes results that have no row yet. `existing`: those that have one, which is left as it is. */
export async function insert(
  context: TableContext,
  writings: Writing[],
): Promise<{ existing: Writing[]; failed: Rejected }> {
  const failed = await sendAll(writings, {
    ...context,
    pack: packed(STATEMENTS_PER_CALL),
    async send(call) {
      const Statements = call.map((writing) => insertStatement(context.table_name, writing));
      const { Responses } = await called(() =>
        context.client.send(new BatchExecuteStatementCommand({ Statements })),
      );
      return call.map((_, i) => {
        const response = Responses?.[i];
        return response === undefined ? missing() : rejectionOf(response.Error);
      });
    },
  });
  const existing = [...failed].flatMap(([writing, { code }]) =>
    code === 'DuplicateItem' ? [writing] : [],
  );
  for (const writing of existing) failed.delete(writing);
  return { existing, failed };
}

interface Shape {
  table_name: string;
  names: string[];
  statement: string;
}

/** As many as results have combinations of optional fields: a few, the last one found being the first tried. */
const MOST_SHAPES = 64;
let shapes: Shape[] = [];

/** `INSERT INTO "results" VALUE {'record_key': ?, …}`: names quoted, values as parameters. */
function insertStatement(
  table_name: string,
  { result, expires_at }: Writing,
): { Statement: string; Parameters: AttributeValue[] } {
  const { names, values } = columnsOf(result, expires_at);
  let shape = shapes.find(
    (known) => known.table_name === table_name && areSame(known.names, names),
  );
  if (shape === undefined) {
    shape = { table_name, names, statement: statementOf(table_name, names) };
    shapes = [shape, ...shapes].slice(0, MOST_SHAPES);
  }
  return { Statement: shape.statement, Parameters: values };
}

function areSame(some: string[], others: string[]): boolean {
  return some.length === others.length && some.every((name, i) => name === others[i]);
}

function statementOf(table_name: string, names: string[]): string {
  const fields = names.map((name) => `'${name.replaceAll("'", "''")}': ?`);
  return `INSERT INTO "${table_name.replaceAll('"', '""')}" VALUE {${fields.join(', ')}}`;
}

/** What each statement of a batch may say: BatchStatementErrorCodeEnum, DynamoDB API reference. */
const WORTH_REPEATING = new Set(['InternalServerError', 'TransactionConflict']);

function rejectionOf(error: BatchStatementError | undefined): Rejection | undefined {
  if (error === undefined) return undefined;
  const code = error.Code ?? 'UnknownError';
  const throttled = isThrottling(code);
  return { code, throttled, retryable: throttled || WORTH_REPEATING.has(code) };
}

/** An entry that the answer does not mention. */
function missing(): Rejection {
  return { code: 'MissingResponse', retryable: true, throttled: false };
}

/** @throws {ServiceError} where DynamoDB did not answer the call. */
export async function called<Output>(call: () => Promise<Output>): Promise<Output> {
  try {
    return await call();
  } catch (cause) {
    throw serviceError('dynamodb', cause);
  }
}
