import { expect, it } from 'vitest';
import type { AwsCall } from '../../../src/gateway/types.ts';
import { createAthena } from '../../../src/services/athena/athena.ts';

const table = (name: string, database: string, location: string) => ({
  ...{ name, database, location, table_type: 'EXTERNAL_TABLE' },
  ...{ columns: [], partition_keys: [], parameters: {} },
});

const athena = createAthena({
  glue: {
    databases: ['lake', 'other'],
    tables: [
      table('raw', 'lake', 's3://data/results/'),
      table('view', 'lake', ''),
      table('raw', 'other', 's3://elsewhere/'),
    ],
  },
  work_groups: [{ name: 'group', output_location: 's3://data/answers/' }],
  s3Dir: 'none',
  now: () => 0,
});

const call = (action: string, body: object) =>
  ({ service: 'athena', action, body: Buffer.from(JSON.stringify(body)) }) as AwsCall;

// https://docs.aws.amazon.com/athena/latest/ug/s3-permissions.html
it('a query reads the tables of its database and writes its results with the permissions of the caller', () => {
  const body = { WorkGroup: 'group', QueryExecutionContext: { Database: 'lake' } };
  const permissions = athena.permissionsOf(call('StartQueryExecution', body));
  expect(permissions.map(({ action, resource }) => `${action} ${resource}`)).toEqual([
    'athena:StartQueryExecution arn:aws:athena:us-east-1:000000000000:workgroup/group',
    's3:GetObject arn:aws:s3:::data/results/*',
    's3:GetBucketLocation arn:aws:s3:::data',
    's3:PutObject arn:aws:s3:::data/answers/*',
  ]);
});

it('a call about no query needs no permission for S3', () => {
  const [own, ...others] = athena.permissionsOf(call('GetWorkGroup', { WorkGroup: 'group' }));
  expect(own?.action).toBe('athena:GetWorkGroup');
  expect(others).toEqual([]);
});

// https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
it('a statement that changes an Iceberg table needs the permissions for its entry in Glue and for its files', () => {
  const create =
    "CREATE TABLE t (a int) LOCATION 's3://data/t/' TBLPROPERTIES ('table_type'='ICEBERG')";
  const list = (QueryString: string) =>
    athena
      .permissionsOf(
        call('StartQueryExecution', {
          ...{ WorkGroup: 'group', QueryExecutionContext: { Database: 'lake' }, QueryString },
        }),
      )
      .slice(4)
      .map(({ action, resource }) => `${action} ${resource}`);
  const glue = 'arn:aws:glue:us-east-1:000000000000:';
  expect(list(create)).toEqual([
    `glue:CreateTable ${glue}catalog`,
    `glue:CreateTable ${glue}database/lake`,
    `glue:CreateTable ${glue}table/lake/t`,
    's3:PutObject arn:aws:s3:::data/t/*',
  ]);
  expect(list('VACUUM raw')).toEqual([
    `glue:UpdateTable ${glue}catalog`,
    `glue:UpdateTable ${glue}database/lake`,
    `glue:UpdateTable ${glue}table/lake/raw`,
    's3:PutObject arn:aws:s3:::data/results/*',
    's3:DeleteObject arn:aws:s3:::data/results/*',
  ]);
  expect(list('SELECT 1')).toEqual([]);
});
