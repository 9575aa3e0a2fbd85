import { type aws_iam as iam, aws_lambda as lambda } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Tables } from './tables.ts';

/** Returns the ARN of the stream of the results table. */
export function changesArn({ results }: Tables): string {
  if (results.tableStreamArn === undefined) throw new Error('The results table has no stream');
  return results.tableStreamArn;
}

/**
 * Returns the IAM permissions that a mapping of the stream needs. Lambda reads the stream with the
 * role of the function. Streams are listed for all tables.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
 */
export function streamGrants(stream_arn: string) {
  return [
    {
      actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      resources: [stream_arn],
    },
    { actions: ['dynamodb:ListStreams'], resources: ['*'] },
  ];
}

interface ChangesFeed {
  handler: lambda.Function & { role: iam.Role };
  stream_arn: string;
  batch_size: number;
  window_seconds: number;
  /** Further properties of the mapping. */
  more: Partial<lambda.CfnEventSourceMappingProps>;
}

/**
 * Gives a function the changes of the results table, in the order of each record. Lambda delivers a
 * change until the function has processed it. A shard of the stream allows two readers, so no third
 * function can have a feed.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
 */
export function addChangesFeed(scope: Construct, id: string, feed: ChangesFeed): void {
  const mapping = new lambda.CfnEventSourceMapping(scope, id, {
    functionName: feed.handler.functionName,
    eventSourceArn: feed.stream_arn,
    startingPosition: 'TRIM_HORIZON',
    batchSize: feed.batch_size,
    maximumBatchingWindowInSeconds: feed.window_seconds,
    parallelizationFactor: 1,
    bisectBatchOnFunctionError: true,
    maximumRetryAttempts: -1,
    maximumRecordAgeInSeconds: -1,
    functionResponseTypes: ['ReportBatchItemFailures'],
    ...feed.more,
  });
  mapping.node.addDependency(feed.handler.role);
}
