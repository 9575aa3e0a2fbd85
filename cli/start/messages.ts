import type { Cloud } from '@aurastream/embedded-cloud';
import { colours } from '../output/colours.ts';
import type { TenantKeys } from './keys.ts';

/**
 * Returns the address of the dashboard with a key that may only read. A browser never sends the
 * fragment to a server, and the page takes the key out of the address at once.
 */
export function formatDashboardAddress(
  { api }: Pick<Cloud, 'api'>,
  { read_only_api_key }: Pick<TenantKeys, 'read_only_api_key'>,
): string {
  return `${api}/dashboard#key=${read_only_api_key}`;
}

/** Formats the endpoint, the credentials and the names of the resources as one line of JSON. */
export function formatForPrograms(cloud: Cloud, keys: TenantKeys, data_dir: string): string {
  const { outputs } = cloud;
  const access = {
    endpoint: cloud.endpoint,
    api: cloud.api,
    dashboard: formatDashboardAddress(cloud, keys),
    ...keys,
    region: cloud.region,
    access_key_id: cloud.access_key_id,
    secret_access_key: cloud.secret_access_key,
    control_token: cloud.control_token,
    stream: outputs.StreamName,
    bulk_stream: outputs.BulkStreamName,
    results_table: outputs.ResultsTableName,
    cache_table: outputs.CacheTableName,
    lake_bucket: outputs.LakeBucketName,
    set_aside_bucket: outputs.SetAsideBucketName,
    failure_bucket: outputs.FailureBucketName,
    jobs_table: outputs.JobsTableName,
    input_bucket: outputs.InputBucketName,
    delivery_stream: outputs.DeliveryStreamName,
    database: outputs.DatabaseName,
    workgroup: outputs.WorkgroupName,
    pid: process.pid,
    data_dir,
  };
  return `${JSON.stringify(access)}\n`;
}

/**
 * Formats a table and commands to try. The table lists the endpoint, the API keys and the names of
 * the resources. The commands contain the credentials.
 */
export function formatForReaders(cloud: Cloud, keys: TenantKeys, data_dir: string): string {
  const { outputs } = cloud;
  const rows: [string, string | undefined][] = [
    ['endpoint', cloud.endpoint],
    ['api', cloud.api],
    ['dashboard', formatDashboardAddress(cloud, keys)],
    ['api key', keys.api_key],
    ['read-only key', keys.read_only_api_key],
    ['second tenant', keys.second_api_key],
    ['stream', outputs.StreamName],
    ['bulk stream', outputs.BulkStreamName],
    ['results table', outputs.ResultsTableName],
    ['cache table', outputs.CacheTableName],
    ['lake', outputs.LakeBucketName],
    ['set-asides', outputs.SetAsideBucketName],
    ['failures', outputs.FailureBucketName],
    ['delivery', outputs.DeliveryStreamName],
    ['database', `${outputs.DatabaseName} (workgroup ${outputs.WorkgroupName})`],
    ['data', data_dir],
  ];
  const table = rows.map(([name, value]) => `  ${colours.dim(name.padEnd(14))}${value ?? '-'}`);
  return [
    colours.bold('AuraStream is running.'),
    ...table,
    '',
    'To analyse a text:',
    `  curl ${cloud.api}/analyze/sync -H 'X-API-Key: ${keys.api_key}' -H 'Content-Type: application/json' -d '{"text":"I love my cat"}'`,
    `  ${colours.dim('All routes:')} ${cloud.api}/docs`,
    '',
    'To use any AWS client:',
    `  export AWS_ENDPOINT_URL=${cloud.endpoint}`,
    `  export AWS_REGION=${cloud.region} AWS_DEFAULT_REGION=${cloud.region}`,
    `  export AWS_ACCESS_KEY_ID=${cloud.access_key_id}`,
    `  export AWS_SECRET_ACCESS_KEY=${cloud.secret_access_key}`,
    '',
    colours.dim('Ctrl-C stops it and keeps the data.'),
    '',
  ].join('\n');
}
