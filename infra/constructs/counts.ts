import type { aws_iam as iam, aws_lambda as lambda } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { createFunction } from './handler.ts';
import { addChangesFeed, changesArn, streamGrants } from './table-stream.ts';
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
    const { memory_mb, timeout_seconds, batch_size, window_seconds } = settings.counts;
    const stream_arn = changesArn(tables);
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
    // No change may be given up, because the counts would be wrong for ever. With a larger
    // parallelization factor, a shard would have several writers, and a row no single order.
    addChangesFeed(this, 'Mapping', {
      ...{ handler: this.handler, stream_arn, batch_size, window_seconds },
      more: { tumblingWindowInSeconds: TUMBLING_WINDOW_SECONDS },
    });
  }
}
