import { isObject, type JsonObject } from '../../gateway/json-protocol.ts';
import { EmulatedError, emulatedError } from '../../gateway/level-emulator.ts';
import { type AttributeValue, type Insert, parseInsert } from './partiql-insert.ts';
import { StatementError } from './partiql-tokens.ts';
import type { DynamoDbEmulator, TableDescription } from './store.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html */
const MOST_STATEMENTS = 25;

/** The codes of a statement's error: BatchStatementErrorCodeEnum of the API, by the exception of a single write. */
const STATEMENT_CODES: Record<string, { Code: string; Message?: string }> = {
  ConditionalCheckFailedException: {
    Code: 'DuplicateItem',
    Message: 'Duplicate primary key exists in table',
  },
  ValidationException: { Code: 'ValidationError' },
  ResourceNotFoundException: { Code: 'ResourceNotFound' },
  ProvisionedThroughputExceededException: { Code: 'ProvisionedThroughputExceeded' },
  ItemCollectionSizeLimitExceededException: { Code: 'ItemCollectionSizeLimitExceeded' },
};

type TableOf = (name: string) => Promise<TableDescription | undefined>;

/**
 * BatchExecuteStatement for `INSERT INTO "table" VALUE {…}`: each statement a put on the condition that nothing is in
 * its place, and each with an answer of its own, in order.
 *
 * @throws {EmulatedError} ValidationException for any other statement, and for two on one item, as AWS does.
 */
export function createBatchInsert({ run }: DynamoDbEmulator, tableOf: TableOf) {
  const put = async ({ table, item }: Insert): Promise<JsonObject> => {
    const hash_key = hashKeyOf(await tableOf(table));
    try {
      const { ConsumedCapacity } = await run('PutItem', {
        TableName: table,
        Item: item,
        ConditionExpression: 'attribute_not_exists(#key)',
        ExpressionAttributeNames: { '#key': hash_key },
        ReturnConsumedCapacity: 'TOTAL',
      });
      return { TableName: table, ConsumedCapacity };
    } catch (error) {
      return { TableName: table, Error: statementError(error) };
    }
  };
  return async ({ Statements }: JsonObject): Promise<JsonObject> => {
    const inserts = parseStatements(Statements);
    await refuseRepeated(inserts, tableOf);
    const answers = await Promise.all(inserts.map(put));
    return {
      Responses: answers.map(({ ConsumedCapacity: _, ...answer }) => answer),
      ConsumedCapacity: answers.map(capacityOf),
    };
  };
}

/** A refused insert bills the write that it tried: its least size here. */
function capacityOf({ TableName, ConsumedCapacity }: JsonObject): unknown {
  return ConsumedCapacity ?? { TableName, CapacityUnits: 1 };
}

function hashKeyOf(table: TableDescription | undefined): string {
  // Of a table that is not there, the put itself says so.
  const key = table?.KeySchema.find(({ KeyType }) => KeyType === 'HASH');
  return key?.AttributeName ?? 'none';
}

function statementError(error: unknown): JsonObject {
  if (!(error instanceof EmulatedError)) throw error;
  const type = String(error.body.__type);
  const known = STATEMENT_CODES[type.slice(type.indexOf('#') + 1)];
  return { Code: 'InternalServerError', Message: error.message, ...known };
}

function parseStatements(statements: unknown): Insert[] {
  const list = Array.isArray(statements) ? statements : [];
  if (list.length < 1 || list.length > MOST_STATEMENTS) {
    const limit =
      list.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${MOST_STATEMENTS}`;
    throw emulatedError(
      'ValidationException',
      `1 validation error detected: Value at 'statements' failed to satisfy constraint: Member must have length ${limit}`,
    );
  }
  return list.map((entry, index) => parseStatement(isObject(entry) ? entry : {}, index));
}

function parseStatement({ Statement, Parameters }: JsonObject, index: number): Insert {
  try {
    const parameters = Array.isArray(Parameters) ? (Parameters as AttributeValue[]) : [];
    return parseInsert(String(Statement), parameters);
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    throw emulatedError(
      'ValidationException',
      `Statement ${index + 1}: ${error.message}. The embedded DynamoDB knows INSERT INTO "table" VALUE {'name': ?, …} only.`,
    );
  }
}

async function refuseRepeated(inserts: Insert[], tableOf: TableOf): Promise<void> {
  const seen = new Set<string>();
  for (const { table, item } of inserts) {
    const schema = (await tableOf(table))?.KeySchema ?? [];
    const key = JSON.stringify([table, ...schema.map(({ AttributeName }) => item[AttributeName])]);
    if (schema.length > 0 && seen.has(key)) {
      throw emulatedError('ValidationException', 'Provided list of item keys contains duplicates');
    }
    seen.add(key);
  }
}
