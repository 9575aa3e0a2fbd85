import type { Cloud } from '@aurastream/embedded-cloud';
import { colours } from '../output/colours.ts';
import type { ReadyKeys } from './keys.ts';

/** What other programs need to know of the cloud. */
export function machineReadable(cloud: Cloud, keys: ReadyKeys, data_dir: string) {
  const { outputs } = cloud;
  return {
    endpoint: cloud.endpoint,
    api: cloud.api,
    ...keys,
    region: cloud.region,
    access_key_id: cloud.access_key_id,
    secret_access_key: cloud.secret_access_key,
    stream: outputs.StreamName,
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
}

export function forReaders(cloud: Cloud, keys: ReadyKeys, data_dir: string): string {
  const { outputs } = cloud;
  const rows: [string, string | undefined][] = [
    ['endpoint', cloud.endpoint],
    ['api', cloud.api],
    ['api key', keys.api_key],
    ['second tenant', keys.second_api_key],
    ['stream', outputs.StreamName],
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
    colours.bold('AuraStream is up.'),
    ...table,
    '',
    'To ask for a verdict:',
    `  curl ${cloud.api}/analyze/sync -H 'X-API-Key: ${keys.api_key}' -H 'Content-Type: application/json' -d '{"text":"I love my cat"}'`,
    `  ${colours.dim('and what else there is:')} ${cloud.api}/docs`,
    '',
    'To use it with any AWS client:',
    `  export AWS_ENDPOINT_URL=${cloud.endpoint}`,
    `  export AWS_REGION=${cloud.region} AWS_DEFAULT_REGION=${cloud.region}`,
    `  export AWS_ACCESS_KEY_ID=${cloud.access_key_id}`,
    `  export AWS_SECRET_ACCESS_KEY=${cloud.secret_access_key}`,
    '',
    colours.dim('Ctrl-C stops it; the data stays.'),
    '',
  ].join('\n');
}
