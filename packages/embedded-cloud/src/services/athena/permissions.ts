import { ACCOUNT_ID, type AwsCall, type Permission, REGION } from '../../gateway/types.ts';
import { jsonBody } from '../wire.ts';
import type { Glue } from './catalog.ts';
import { buildOutputUri, buildWorkGroupArn, CATALOG_ARN, type WorkGroup } from './describe.ts';
import type { Executions } from './executions.ts';
import { parseIceberg } from './iceberg/parse.ts';
import type { IcebergStatement } from './iceberg/statement.ts';
import { classifyStatement } from './statements.ts';

const CATALOG_ACTIONS = new Set(['ListDatabases', 'GetTableMetadata', 'ListTableMetadata']);

interface AthenaState {
  glue: Glue;
  work_groups: WorkGroup[];
  executions: Executions;
}

/**
 * Returns the IAM permissions that a call needs. Athena reads tables and writes results with the
 * caller's permissions for S3. A query needs the permission to read each table of its database,
 * because the tables of a query are known only after it has been parsed.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/s3-permissions.html
 */
export function listPermissions(call: AwsCall, state: AthenaState): Permission[] {
  const { executions, work_groups } = state;
  const action = `athena:${call.action}`;
  if (CATALOG_ACTIONS.has(call.action)) return [{ action, resource: CATALOG_ARN }];
  if (call.action === 'ListWorkGroups') return [{ action, resource: '*' }];
  const body = jsonBody(call.body) ?? {};
  const execution = executions.find(String(body.QueryExecutionId));
  const name = String(execution?.work_group ?? body.WorkGroup ?? 'primary');
  const own = { action, resource: buildWorkGroupArn(name) };
  if (call.action === 'StartQueryExecution') {
    const group = work_groups.find((one) => one.name === name);
    return [
      ...[own, ...readTables(state.glue, body), ...writeOutput(group, body)],
      ...changeTable(state.glue, body),
    ];
  }
  if (call.action !== 'GetQueryResults' || execution === undefined) return [own];
  return [own, { action: 's3:GetObject', resource: arnOf(buildOutputUri(execution)) }];
}

function readTables({ tables }: Glue, body: Record<string, unknown>): Permission[] {
  const { Database } = (body.QueryExecutionContext ?? {}) as { Database?: string };
  const locations = tables
    .filter(({ database, location }) => database === Database && location !== '')
    .map(({ location }) => arnOf(location));
  return [...new Set(locations)].map((arn) => ({ action: 's3:GetObject', resource: `${arn}*` }));
}

function writeOutput(group: WorkGroup | undefined, body: Record<string, unknown>): Permission[] {
  const { OutputLocation } = (body.ResultConfiguration ?? {}) as { OutputLocation?: string };
  const output = group?.output_location ?? OutputLocation;
  if (output === undefined) return [];
  const arn = arnOf(output);
  const [bucket = ''] = arn.split('/');
  return [
    { action: 's3:GetBucketLocation', resource: bucket },
    { action: 's3:PutObject', resource: `${arn}*` },
  ];
}

/**
 * Returns the permissions to change an Iceberg table. Each commit changes the entry of the table in
 * Glue.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
 */
function changeTable({ tables }: Glue, body: Record<string, unknown>): Permission[] {
  const { kind, sql } = classifyStatement(String(body.QueryString ?? ''));
  const statement = kind === 'iceberg' ? tryParse(sql) : undefined;
  if (statement === undefined) return [];
  const { Database = '' } = (body.QueryExecutionContext ?? {}) as { Database?: string };
  const { name, database = Database } = statement.table;
  const glue = (resource: string) => `arn:aws:glue:${REGION}:${ACCOUNT_ID}:${resource}`;
  const action = GLUE_ACTIONS[statement.kind] ?? 'glue:UpdateTable';
  const location =
    statement.kind === 'create_table'
      ? statement.location
      : tables.find((table) => table.database === database && table.name === name)?.location;
  const removes = statement.kind === 'vacuum' || statement.kind === 'drop_table';
  return [
    ...['catalog', `database/${database}`, `table/${database}/${name}`].map((resource) => ({
      action,
      resource: glue(resource),
    })),
    ...(location === undefined
      ? []
      : ['s3:PutObject', ...(removes ? ['s3:DeleteObject'] : [])].map((s3_action) => ({
          action: s3_action,
          resource: `${arnOf(location)}*`,
        }))),
  ];
}

const GLUE_ACTIONS: Partial<Record<IcebergStatement['kind'], string>> = {
  create_table: 'glue:CreateTable',
  drop_table: 'glue:DeleteTable',
};

/** @returns undefined if the statement is not valid; it will then fail */
function tryParse(sql: string): IcebergStatement | undefined {
  try {
    return parseIceberg(sql);
  } catch {
    return undefined;
  }
}

function arnOf(s3_uri: string): string {
  return s3_uri.replace(/^s3:\/\//, 'arn:aws:s3:::');
}
