import { ScanCommand, type ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { TestCloud } from '../support/cloud.ts';

/** What the checker needs to know of a row. */
export interface FoundRow {
  tenant: string;
  record_id: string;
  record_version: number;
  status: string;
  sentiment?: string;
  scores?: Record<string, number>;
  language_code?: string;
  chunks?: number;
  text?: string;
}

/** Everything that the stores hold once all is quiet, read by the SDK alone. */
export interface Found {
  rows: FoundRow[];
  /** `tenant#record_id#record_version` of each line of the lake's view, and of the lake itself. */
  view: string[];
  lake: Set<string>;
  /** Bytes of set-asides, as latin1, with their reasons. */
  set_asides: Map<string, string>;
  /** Bytes of records that Lambda gave up on, as latin1. */
  given_up: Set<string>;
}

export async function readStores(test: TestCloud): Promise<Found> {
  await test.cloud.flush();
  const key = "tenant || '#' || record_id || '#' || CAST(record_version AS varchar)";
  const [rows, view, lake, set_asides, given_up] = await Promise.all([
    allRows(test),
    test.query(`SELECT ${key} AS k FROM results`),
    test.query(`SELECT DISTINCT ${key} AS k FROM results_raw`),
    allSetAsides(test),
    allGivenUp(test),
  ]);
  return {
    rows,
    view: view.rows.map(({ k }) => String(k)),
    lake: new Set(lake.rows.map(({ k }) => String(k))),
    set_asides,
    given_up,
  };
}

async function allRows(test: TestCloud): Promise<FoundRow[]> {
  const rows: FoundRow[] = [];
  let ExclusiveStartKey: ScanCommandOutput['LastEvaluatedKey'];
  do {
    const page: ScanCommandOutput = await test.clients.dynamodb.send(
      new ScanCommand({ TableName: test.stack.ResultsTableName, ExclusiveStartKey }),
    );
    rows.push(...(page.Items ?? []).map((item) => unmarshall(item) as FoundRow));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return rows;
}

async function allSetAsides(test: TestCloud): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { reason, data_base64 } of test.set_asides.list()) {
    found.set(Buffer.from(data_base64, 'base64').toString('latin1'), reason);
  }
  return found;
}

async function allGivenUp(test: TestCloud): Promise<Set<string>> {
  const Bucket = test.stack.FailureBucketName;
  const found = new Set<string>();
  let ContinuationToken: string | undefined;
  do {
    const page: ListObjectsV2CommandOutput = await test.clients.s3.send(
      new ListObjectsV2Command({ Bucket, ContinuationToken }),
    );
    for (const { Key } of page.Contents ?? []) {
      const { Body } = await test.clients.s3.send(new GetObjectCommand({ Bucket, Key: Key! }));
      const report = JSON.parse(await Body!.transformToString()) as { payload: string };
      const event = JSON.parse(report.payload) as { Records: { kinesis: { data: string } }[] };
      for (const { kinesis } of event.Records) {
        found.add(Buffer.from(kinesis.data, 'base64').toString('latin1'));
      }
    }
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  return found;
}
