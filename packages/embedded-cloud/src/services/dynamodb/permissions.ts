import { isObject, type JsonObject, jsonBody } from '../../gateway/json-protocol.ts';
import { ACCOUNT_ID, type AwsCall, type Permission, REGION } from '../../gateway/types.ts';
import { tableOf } from './partiql-insert.ts';

const tableArn = (table: string) => `arn:aws:dynamodb:${REGION}:${ACCOUNT_ID}:table/${table}`;

/**
 * Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html. A query of an
 * index asks for the index, every other call for its table or tables; PartiQL has actions of its own.
 */
export function permissionsOf(call: AwsCall): Permission[] {
  const input = jsonBody(call) ?? {};
  if (call.action === 'BatchExecuteStatement') return insertPermissions(input);
  return resourcesOf(call.action, input).map((resource) => ({
    action: `dynamodb:${call.action}`,
    resource,
  }));
}

function resourcesOf(action: string, input: JsonObject): string[] {
  const { TableName, IndexName, RequestItems, ResourceArn } = input;
  if (action.startsWith('Batch') && isObject(RequestItems)) {
    return Object.keys(RequestItems).map(tableArn);
  }
  if (typeof ResourceArn === 'string') return [ResourceArn];
  if (typeof TableName !== 'string') return ['*'];
  return typeof IndexName === 'string'
    ? [`${tableArn(TableName)}/index/${IndexName}`]
    : [tableArn(TableName)];
}

/** A statement that names no table is refused as wrong, not as forbidden. */
function insertPermissions({ Statements }: JsonObject): Permission[] {
  const statements = Array.isArray(Statements) ? Statements.filter(isObject) : [];
  const tables = statements.map(({ Statement }) => tableOf(String(Statement)));
  const known = tables.filter((table) => table !== undefined);
  return [...new Set(known)].map((table) => ({
    action: 'dynamodb:PartiQLInsert',
    resource: tableArn(table),
  }));
}
