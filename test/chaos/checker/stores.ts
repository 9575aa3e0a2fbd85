import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ScanCommand, type ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Clients } from './clients.ts';
import {
  failureReportSchema,
  type JobStatus,
  jobStatusSchema,
  type StoredCount,
  type StoredResult,
  type StoredSetAside,
  type StoredVersion,
  storedCountSchema,
  storedResultSchema,
  storedSetAsideSchema,
  storedVersionSchema,
} from './formats.ts';
import { readObjects } from './read-bucket.ts';
import { readLakeTable } from './read-lake-table.ts';
import { readStreams, type StreamEntry } from './read-stream.ts';

/** A batch in the failure bucket. */
interface GivenUpBatch {
  key: string;
  records: number;
  is_put_back: boolean;
}

/** Contents of the stores after the stream has drained. */
export interface StoreContents {
  stream: StreamEntry[];
  rows: StoredResult[];
  /** The lines of the objects that Firehose delivered, with repeats. */
  lines: StoredResult[];
  /** The rows of the lake's table `results`, as `readLakeTable` writes them. */
  lake_table: string[];
  /** The rows of the counts table. */
  counts: StoredCount[];
  /** The items of the history table. */
  history: StoredVersion[];
  set_asides: StoredSetAside[];
  given_up: GivenUpBatch[];
  /** The status of each job that the books name, as the API answers it. */
  jobs: Map<string, JobStatus>;
  /** The logs of all functions. */
  log: string;
}

export interface ReadOptions {
  clients: Clients;
  /** Base URL of the API. */
  api: string;
  api_key: string;
  job_ids: string[];
  /** The folder where the embedded cloud stores the logs of the functions. */
  log_folder: string;
}

/** Reads all stores with the checker's own clients. */
export async function readStores(options: ReadOptions): Promise<StoreContents> {
  const { clients } = options;
  const [stream, rows, lines, lake_table, counts, history, set_asides, given_up, jobs, log] =
    await Promise.all([
      readStreams(clients),
      readRows(clients),
      readLines(clients),
      readLakeTable(clients),
      readCounts(clients),
      readHistory(clients),
      readSetAsides(clients),
      readGivenUp(clients),
      readJobs(options),
      readLogs(options.log_folder),
    ]);
  const tables = { rows, lake_table, counts, history };
  return { ...tables, stream, lines, set_asides, given_up, jobs, log };
}

async function readRows(clients: Clients): Promise<StoredResult[]> {
  const items = await readTable(clients, 'ResultsTableName');
  return items.map((item) => storedResultSchema.parse(item));
}

async function readCounts(clients: Clients): Promise<StoredCount[]> {
  const items = await readTable(clients, 'CountsTableName');
  return items.map((item) => storedCountSchema.parse(item));
}

async function readHistory(clients: Clients): Promise<StoredVersion[]> {
  const items = await readTable(clients, 'HistoryTableName');
  return items.map((item) => storedVersionSchema.parse(item));
}

async function readTable(clients: Clients, output: string): Promise<Record<string, unknown>[]> {
  const TableName = clients.output(output);
  const items: Record<string, unknown>[] = [];
  let ExclusiveStartKey: ScanCommandOutput['LastEvaluatedKey'];
  do {
    const page: ScanCommandOutput = await clients.dynamodb.send(
      new ScanCommand({ TableName, ExclusiveStartKey, ConsistentRead: true }),
    );
    items.push(...(page.Items ?? []).map((item) => unmarshall(item)));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return items;
}

async function readLines(clients: Clients): Promise<StoredResult[]> {
  const objects = await readObjects(clients, clients.output('LakeBucketName'), 'results_raw/');
  return objects.flatMap(({ body }) =>
    gunzipSync(body)
      .toString()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => storedResultSchema.parse(JSON.parse(line))),
  );
}

async function readSetAsides(clients: Clients): Promise<StoredSetAside[]> {
  const bucket = clients.output('SetAsideBucketName');
  const [masked, unreadable] = await Promise.all([
    readObjects(clients, bucket, 'set-asides/'),
    readObjects(clients, bucket, 'unreadable/'),
  ]);
  return [...masked, ...unreadable].map(({ body }) =>
    storedSetAsideSchema.parse(JSON.parse(body.toString())),
  );
}

async function readGivenUp(clients: Clients): Promise<GivenUpBatch[]> {
  const objects = await readObjects(clients, clients.output('FailureBucketName'), '');
  const keys = new Set(objects.map(({ key }) => key));
  return objects
    .filter(({ key }) => key.startsWith('aws/lambda/'))
    .map(({ key, body }) => ({
      key,
      records: failureReportSchema.parse(JSON.parse(body.toString())).KinesisBatchInfo.batchSize,
      is_put_back: keys.has(`restored/${key}.json`),
    }));
}

async function readJobs(options: ReadOptions): Promise<Map<string, JobStatus>> {
  const jobs = new Map<string, JobStatus>();
  for (const job_id of options.job_ids) jobs.set(job_id, await readJob(options, job_id));
  return jobs;
}

async function readJob({ api, api_key }: ReadOptions, job_id: string): Promise<JobStatus> {
  const response = await fetch(`${api}/status/${job_id}`, { headers: { 'x-api-key': api_key } });
  if (!response.ok) throw new Error(`Expected the status of ${job_id}, got ${response.status}`);
  return jobStatusSchema.parse(await response.json());
}

async function readLogs(folder: string): Promise<string> {
  const names = await readdir(folder);
  const logs = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return logs.join('\n');
}
