import { createQuery } from '../../aws/athena/query.ts';
import type { CloudAddress } from '../../aws/clients.ts';
import { readStack } from '../../aws/cloudformation/stack.ts';
import { createResultsReader } from '../../aws/dynamodb/results/reader.ts';
import { createSetAsideReader } from '../../aws/s3/set-aside-bucket.ts';
import type { RecordFile } from '../../ingest/sources/read-records.ts';
import { FORMAT_TITLES, type Result, recordKey } from '../../schemas/index.ts';
import { Advice } from '../errors.ts';
import type { Progress } from '../output/progress.ts';
import { type ControlledCloud, comprehendUsage, flush } from './cloud-control.ts';
import { publishFile } from './publish.ts';
import { formatReport } from './report.ts';
import { summarize } from './summary.ts';
import { waitForRecords } from './wait.ts';
import { waitForLake } from './wait-for-lake.ts';

export interface DemoOptions {
  cloud: CloudAddress & ControlledCloud;
  progress: Progress;
  signal: AbortSignal;
  path: string;
  file: RecordFile;
  json: boolean;
  /** Longest time to wait until the lake has every result, in milliseconds. */
  longest_lake_ms?: number;
}

/**
 * Publishes a file, waits until every record is a result or a set-aside, and prints a report.
 *
 * @returns the exit code of the demo, which is 0 if each record is a result or a set-aside.
 */
export async function runDemo(options: DemoOptions): Promise<number> {
  const { cloud, progress, signal, json } = options;
  useCloud(cloud);
  const stack = await readStack('AuraStream');
  const results = createResultsReader({ table_name: stack.ResultsTableName });
  const set_asides = createSetAsideReader({ bucket_name: stack.SetAsideBucketName });
  const query = createQuery({ work_group: stack.WorkgroupName, database: stack.DatabaseName });

  const started_at = performance.now();
  const { published, refused } = await publishFile({
    ...options,
    stream_name: stack.BulkStreamName,
  });
  if (published.length + refused === 0) {
    throw new Advice(`There is no record in ${options.path}`, `Name a file of ${FORMAT_TITLES}.`);
  }
  await waitForRecords({
    results,
    set_asides,
    published,
    progress,
    signal,
    on_first: (result) => json || printFirst(progress, result, started_at),
  });
  const seconds = (performance.now() - started_at) / 1_000;

  progress.update('Querying the lake');
  await flush(cloud);
  const reasons = await countReasons(set_asides);
  const set_aside = Object.values(reasons).reduce((sum, n) => sum + n, 0);
  // The lake has one result for each record, and a file may have several versions of one.
  const records = new Set(published.map(recordKey)).size;
  await waitForLake(query, records - set_aside, { signal, longest_ms: options.longest_lake_ms });
  const summary = await summarize(query, {
    records,
    set_asides: set_aside,
    comprehend: await comprehendUsage(cloud),
    seconds,
  });
  const text = json
    ? JSON.stringify(summary)
    : await formatReport(summary, { reasons, refused }, query);
  progress.finish();
  process.stdout.write(`${text}\n`);
  if (summary.results === 0) {
    throw new Advice(
      `No record in ${options.path} became a result`,
      `See how the file is understood: npx aurastream ingest --dry-run ${options.path}`,
    );
  }
  return summary.records === summary.results + summary.set_asides ? 0 : 1;
}

/**
 * Sets the environment variables with which the AWS SDK calls the embedded cloud instead of AWS.
 */
function useCloud(cloud: DemoOptions['cloud']): void {
  process.env.AWS_ENDPOINT_URL = cloud.endpoint;
  process.env.AWS_REGION = cloud.region;
  process.env.AWS_ACCESS_KEY_ID = cloud.access_key_id;
  process.env.AWS_SECRET_ACCESS_KEY = cloud.secret_access_key;
  delete process.env.AWS_SESSION_TOKEN;
  delete process.env.AWS_PROFILE;
}

function printFirst(progress: Progress, result: Result, started_at: number): void {
  const seconds = ((performance.now() - started_at) / 1_000).toFixed(1);
  progress.finish();
  process.stdout.write(
    `First verdict after ${seconds} s: ${result.record_id} is ${result.sentiment} (${result.score?.toFixed(2)}, ${result.language_code})\n\n`,
  );
}

async function countReasons(
  set_asides: ReturnType<typeof createSetAsideReader>,
): Promise<Record<string, number>> {
  const reasons: Record<string, number> = {};
  for await (const { reason } of set_asides.list()) reasons[reason] = (reasons[reason] ?? 0) + 1;
  return reasons;
}
