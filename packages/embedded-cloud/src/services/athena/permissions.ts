import type { AwsCall, Permission } from '../../gateway/types.ts';
import { jsonBody } from '../wire.ts';
import type { Glue } from './catalog.ts';
import { buildOutputUri, buildWorkGroupArn, CATALOG_ARN, type WorkGroup } from './describe.ts';
import type { Executions } from './executions.ts';

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
    return [own, ...readTables(state.glue, body), ...writeOutput(group, body)];
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

function arnOf(s3_uri: string): string {
  return s3_uri.replace(/^s3:\/\//, 'arn:aws:s3:::');
}
