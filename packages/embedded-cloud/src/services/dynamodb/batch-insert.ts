import { isObject, type JsonObject } from '../../gateway/json-protocol.ts';
import { EmulatedError, emulatedError } from '../../gateway/level-emulator.ts';
import { type AttributeValue, type Insert, parseInsert } from './partiql-insert.ts';
import { StatementError } from './partiql-tokens.ts';
import type { DynamoDbEmulator, TableDescription } from './store.ts';

/**
 * Maximum number of statements in a BatchExecuteStatement call.
 * Source:
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html
 */
const MOST_STATEMENTS = 25;

/**
 * Maps each exception of a write to the error code of the failed statement. The codes are values of
 * BatchStatementErrorCodeEnum.
 */
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

type FindTable = (name: string) => Promise<TableDescription | undefined>;

/**
 * Creates the action BatchExecuteStatement for statements of the form
 * `INSERT INTO "table" VALUE {…}`.
 * Each statement puts an item if the key of the item does not exist. The responses are in the order
 * of the statements.
 *
 * @throws {EmulatedError} ValidationException for any other statement, or if two statements insert
 * the same key
 */
export function createBatchInsert({ run }: DynamoDbEmulator, findTable: FindTable) {
  const putItem = async ({ table, item }: Insert): Promise<JsonObject> => {
    const hash_key = findHashKey(await findTable(table));
    try {
      const { ConsumedCapacity } = await run('PutItem', {
        TableName: table,
        Item: item,
        // This older form of a condition needs no parser.
        Expected: { [hash_key]: { Exists: false } },
        ReturnConsumedCapacity: 'TOTAL',
      });
      return { TableName: table, ConsumedCapacity };
    } catch (error) {
      return { TableName: table, Error: describeError(error) };
    }
  };
  return async ({ Statements }: JsonObject): Promise<JsonObject> => {
    const inserts = parseStatements(Statements);
    await refuseRepeatedKeys(inserts, findTable);
    const responses = await Promise.all(inserts.map(putItem));
    return {
      Responses: responses.map(({ ConsumedCapacity: _, ...response }) => response),
      ConsumedCapacity: responses.map(readCapacity),
    };
  };
}

/**
 * Returns the capacity that an insert consumed. AWS bills a refused insert too. The size of a
 * refused insert is unknown here, so one write unit is reported.
 */
function readCapacity({ TableName, ConsumedCapacity }: JsonObject): unknown {
  return ConsumedCapacity ?? { TableName, CapacityUnits: 1 };
}

function findHashKey(table: TableDescription | undefined): string {
  // If the table does not exist, any attribute name is acceptable, because the put fails with
  // ResourceNotFoundException.
  const key = table?.KeySchema.find(({ KeyType }) => KeyType === 'HASH');
  return key?.AttributeName ?? 'none';
}

function describeError(error: unknown): JsonObject {
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
      `Statement ${index + 1}: ${error.message}. The embedded DynamoDB only emulates INSERT INTO "table" VALUE {'name': ?, …}.`,
    );
  }
}

async function refuseRepeatedKeys(inserts: Insert[], findTable: FindTable): Promise<void> {
  const seen = new Set<string>();
  for (const { table, item } of inserts) {
    const schema = (await findTable(table))?.KeySchema ?? [];
    const key = JSON.stringify([table, ...schema.map(({ AttributeName }) => item[AttributeName])]);
    if (schema.length > 0 && seen.has(key)) {
      throw emulatedError('ValidationException', 'Provided list of item keys contains duplicates');
    }
    seen.add(key);
  }
}
