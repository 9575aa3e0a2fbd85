import { ScanCommand, type ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { TestCloud } from '../support/cloud.ts';

/** The columns of a row that the checker needs. */
export interface StoredRow {
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

/** Contents of the stores after the stream has drained. */
export interface StoreContents {
  rows: StoredRow[];
  /** `tenant#record_id#record_version` of each line in the lake's view `results`. */
  view: string[];
  /** The distinct values of `tenant#record_id#record_version` in the lake's own lines. */
  lake: Set<string>;
  /** Reason of each set-aside. Each key is the content of a set-aside, decoded as latin1. */
  set_asides: Map<string, string>;
  /** Contents of the records that Lambda gave up on, decoded as latin1. */
  given_up: Set<string>;
}

export async function readStores(test: TestCloud): Promise<StoreContents> {
  await test.cloud.flush();
  const key = "tenant || '#' || record_id || '#' || CAST(record_version AS varchar)";
  const [rows, view, lake, set_asides, given_up] = await Promise.all([
    readRows(test),
    test.query(`SELECT ${key} AS k FROM results`),
    test.query(`SELECT DISTINCT ${key} AS k FROM results_raw`),
    readSetAsides(test),
    readGivenUp(test),
  ]);
  return {
    rows,
    view: view.rows.map(({ k }) => String(k)),
    lake: new Set(lake.rows.map(({ k }) => String(k))),
    set_asides,
    given_up,
  };
}

async function readRows(test: TestCloud): Promise<StoredRow[]> {
  const rows: StoredRow[] = [];
  let ExclusiveStartKey: ScanCommandOutput['LastEvaluatedKey'];
  do {
    const page: ScanCommandOutput = await test.clients.dynamodb.send(
      new ScanCommand({ TableName: test.stack.ResultsTableName, ExclusiveStartKey }),
    );
    rows.push(...(page.Items ?? []).map((item) => unmarshall(item) as StoredRow));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return rows;
}

async function readSetAsides(test: TestCloud): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { reason, data_base64 } of test.set_asides.list()) {
    found.set(Buffer.from(data_base64, 'base64').toString('latin1'), reason);
  }
  return found;
}

async function readGivenUp(test: TestCloud): Promise<Set<string>> {
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
