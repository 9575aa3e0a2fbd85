import {
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { DescribeStreamSummaryCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { createClient } from './clients.ts';
import { callService } from './errors.ts';

/**
 * Creates the readiness checks of the API. Each check makes one cheap call. The call succeeds only
 * if the service works and the function has permission to use the service.
 */
export function createProbes(names: {
  stream_name: string;
  results_table: string;
  cache_table: string;
  jobs_table: string;
  counts_table: string;
  history_table: string;
  input_bucket: string;
}) {
  const kinesis = createClient(KinesisClient, ONE_ATTEMPT);
  const s3 = createClient(S3Client, ONE_ATTEMPT);
  return {
    stream: () => {
      const command = new DescribeStreamSummaryCommand({ StreamName: names.stream_name });
      return callService('kinesis', () => kinesis.send(command));
    },
    ...createTableProbes(names),
    input_bucket: () => {
      const command = new HeadBucketCommand({ Bucket: names.input_bucket });
      return callService('s3', () => s3.send(command));
    },
  };
}

const ONE_ATTEMPT = { max_attempts: 1 };
/** A key value that no table contains. */
const NO_KEY = { S: 'readiness' };

function createTableProbes(names: {
  results_table: string;
  cache_table: string;
  jobs_table: string;
  counts_table: string;
  history_table: string;
}) {
  const dynamodb = createClient(DynamoDBClient, ONE_ATTEMPT);
  const getItem = (TableName: string, Key: Record<string, { S: string }>) =>
    callService('dynamodb', () => dynamodb.send(new GetItemCommand({ TableName, Key })));
  return {
    results_table: () => getItem(names.results_table, { record_key: NO_KEY }),
    // Use BatchGetItem, because the role of the function allows no other read of the cache table.
    cache_table: () => {
      const RequestItems = { [names.cache_table]: { Keys: [{ fingerprint: NO_KEY }] } };
      const command = new BatchGetItemCommand({ RequestItems });
      return callService('dynamodb', () => dynamodb.send(command));
    },
    jobs_table: () => getItem(names.jobs_table, { job_id: NO_KEY, part: NO_KEY }),
    counts_table: () => getItem(names.counts_table, { partition: NO_KEY, bucket: NO_KEY }),
    // Use Query, because the role of the function allows no other read of the history.
    history_table: () => {
      const command = new QueryCommand({
        TableName: names.history_table,
        KeyConditionExpression: 'record_key = :key',
        ExpressionAttributeValues: { ':key': NO_KEY },
        Limit: 1,
      });
      return callService('dynamodb', () => dynamodb.send(command));
    },
  };
}
