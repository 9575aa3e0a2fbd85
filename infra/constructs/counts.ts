import { type aws_iam as iam, aws_lambda as lambda } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { createFunction } from './handler.ts';
import type { Tables } from './tables.ts';

interface CountsProps {
  settings: Settings;
  tables: Tables;
}

/**
 * Length of the tumbling window, at most 15 minutes. The function keeps nothing in the window. The
 * mapping has one because only then Lambda's events name the shard of the stream.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-windows.html
 */
const TUMBLING_WINDOW_SECONDS = 900;

/** Counts the changes of the results table in the table of counts. */
export class Counts extends Construct {
  readonly handler: lambda.Function & { role: iam.Role };

  constructor(scope: Construct, id: string, { settings, tables }: CountsProps) {
    super(scope, id);
    const { memory_mb, timeout_seconds } = settings.counts;
    const stream_arn = tables.results.tableStreamArn;
    if (stream_arn === undefined) throw new Error('The results table has no stream');
    this.handler = createFunction(this, 'Handler', {
      settings,
      entry: 'insight/counts/handler.ts',
      description: 'Counts the changes of the results table',
      memory_mb,
      timeout_seconds,
      environment: {
        COUNTS_TABLE: tables.counts.tableName,
        ENVIRONMENT: settings.environment,
      },
      grants: [
        {
          actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
          resources: [tables.counts.tableArn],
        },
        ...streamGrants(stream_arn),
      ],
    });
    this.addMapping(settings, stream_arn);
  }

  private addMapping({ counts }: Settings, stream_arn: string): void {
    const mapping = new lambda.CfnEventSourceMapping(this, 'Mapping', {
      functionName: this.handler.functionName,
      eventSourceArn: stream_arn,
      startingPosition: 'TRIM_HORIZON',
      batchSize: counts.batch_size,
      maximumBatchingWindowInSeconds: counts.window_seconds,
      tumblingWindowInSeconds: TUMBLING_WINDOW_SECONDS,
      // With a larger factor, a shard would have several writers, and a row no single order.
      parallelizationFactor: 1,
      bisectBatchOnFunctionError: true,
      // No change may be given up, because the counts would be wrong for ever.
      maximumRetryAttempts: -1,
      maximumRecordAgeInSeconds: -1,
      functionResponseTypes: ['ReportBatchItemFailures'],
    });
    mapping.node.addDependency(this.handler.role);
  }
}

/**
 * Returns the IAM permissions that the mapping needs. Lambda reads the stream with the role of the
 * function. Streams are listed for all tables.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
 */
function streamGrants(stream_arn: string) {
  return [
    {
      actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      resources: [stream_arn],
    },
    { actions: ['dynamodb:ListStreams'], resources: ['*'] },
  ];
}
