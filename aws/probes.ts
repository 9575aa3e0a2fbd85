import { AthenaClient, GetWorkGroupCommand } from '@aws-sdk/client-athena';
import { BatchGetItemCommand, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeStreamSummaryCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { PATIENCE, serviceError } from './clients.ts';

/** The cheapest call that each service answers only where it works and we may ask. None is billed by its result. */
export function createProbes(names: {
  stream_name: string;
  results_table: string;
  cache_table: string;
  jobs_table: string;
  input_bucket: string;
  work_group: string;
}) {
  const settings = { requestHandler: PATIENCE, maxAttempts: 1 };
  const dynamodb = new DynamoDBClient(settings);
  const kinesis = new KinesisClient(settings);
  const s3 = new S3Client(settings);
  const athena = new AthenaClient(settings);
  const named = <Value>(service: string, call: Promise<Value>) =>
    call.catch((cause: unknown) => {
      throw serviceError(service, cause);
    });
  const item = (TableName: string, Key: Record<string, { S: string }>) => () =>
    named('dynamodb', dynamodb.send(new GetItemCommand({ TableName, Key })));
  const NONE = { S: 'readiness' };
  return {
    stream: () =>
      named(
        'kinesis',
        kinesis.send(new DescribeStreamSummaryCommand({ StreamName: names.stream_name })),
      ),
    results_table: item(names.results_table, { record_key: NONE }),
    // As analysis reads it: nothing more is granted.
    cache_table: () => {
      const RequestItems = { [names.cache_table]: { Keys: [{ fingerprint: NONE }] } };
      return named('dynamodb', dynamodb.send(new BatchGetItemCommand({ RequestItems })));
    },
    jobs_table: item(names.jobs_table, { job_id: NONE, part: NONE }),
    input_bucket: () => named('s3', s3.send(new HeadBucketCommand({ Bucket: names.input_bucket }))),
    lake_queries: () =>
      named('athena', athena.send(new GetWorkGroupCommand({ WorkGroup: names.work_group }))),
  };
}
