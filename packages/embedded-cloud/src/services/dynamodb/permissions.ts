import { isObject, type JsonObject, jsonBody } from '../../gateway/json-protocol.ts';
import { ACCOUNT_ID, type AwsCall, type Permission, REGION } from '../../gateway/types.ts';
import { findTableName } from './partiql-insert.ts';
import { decodeIterator } from './streams/iterator.ts';
import { isStreamCall } from './streams/stream-actions.ts';
import { buildStreamArn } from './streams/table-stream.ts';

const buildTableArn = (table: string) => `arn:aws:dynamodb:${REGION}:${ACCOUNT_ID}:table/${table}`;

/**
 * Lists the permissions that a call needs. A query of an index needs a permission for the index,
 * and other calls need permissions for their tables. PartiQL statements need permissions for
 * separate actions, for example `dynamodb:PartiQLInsert`.
 * Source:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 */
export function listPermissions(call: AwsCall): Permission[] {
  const input = jsonBody(call) ?? {};
  if (call.action === 'BatchExecuteStatement') return listInsertPermissions(input);
  if (isStreamCall(call)) return [listStreamPermission(call.action, input)];
  return listResources(call.action, input).map((resource) => ({
    action: `dynamodb:${call.action}`,
    resource,
  }));
}

/**
 * Returns the permission of an action of DynamoDB Streams. ListStreams needs a permission for all
 * streams.
 */
function listStreamPermission(action: string, input: JsonObject): Permission {
  const { StreamArn, ShardIterator } = input;
  const stream_id = decodeIterator(ShardIterator)?.stream_id;
  const arn = stream_id === undefined ? StreamArn : buildStreamArn(stream_id);
  return { action: `dynamodb:${action}`, resource: typeof arn === 'string' ? arn : '*' };
}

function listResources(action: string, input: JsonObject): string[] {
  const { TableName, IndexName, RequestItems, ResourceArn } = input;
  if (action.startsWith('Batch') && isObject(RequestItems)) {
    return Object.keys(RequestItems).map(buildTableArn);
  }
  if (typeof ResourceArn === 'string') return [ResourceArn];
  if (typeof TableName !== 'string') return ['*'];
  return typeof IndexName === 'string'
    ? [`${buildTableArn(TableName)}/index/${IndexName}`]
    : [buildTableArn(TableName)];
}

/**
 * Lists the permissions that the INSERT statements of a call need. A statement without a table
 * needs no permission, because the statement will be refused as invalid.
 */
function listInsertPermissions({ Statements }: JsonObject): Permission[] {
  const statements = Array.isArray(Statements) ? Statements.filter(isObject) : [];
  const tables = statements.map(({ Statement }) => findTableName(String(Statement)));
  const known = tables.filter((table) => table !== undefined);
  return [...new Set(known)].map((table) => ({
    action: 'dynamodb:PartiQLInsert',
    resource: buildTableArn(table),
  }));
}
