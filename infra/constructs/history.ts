import type { aws_iam as iam, aws_lambda as lambda } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import type { Alerts } from './alerts.ts';
import { createFunction } from './handler.ts';
import { writeRetention } from './retention.ts';
import { addChangesFeed, changesArn, streamGrants } from './table-stream.ts';
import type { Tables } from './tables.ts';

interface HistoryProps {
  settings: Settings;
  tables: Tables;
  alerts: Alerts;
}

/**
 * Matches the changes that have a new row. Deletions cost no invocation. The pattern has only the key
 * `dynamodb`, because Lambda documents no other key for streams of tables, although `eventName` says the same.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
 */
const NEW_ROWS = { dynamodb: { NewImage: { record_key: { S: [{ exists: true }] } } } };

/**
 * The second and last reader of the results table's stream. It stores each version of a record that another
 * version replaces in the table of the history, and reports the records that match alerts.
 */
export class History extends Construct {
  readonly handler: lambda.Function & { role: iam.Role };

  constructor(scope: Construct, id: string, { settings, tables, alerts }: HistoryProps) {
    super(scope, id);
    const { memory_mb, timeout_seconds, batch_size, window_seconds } = settings.history;
    const stream_arn = changesArn(tables);
    this.handler = createFunction(this, 'Handler', {
      settings,
      entry: 'insight/dispatch/handler.ts',
      description: 'Stores the replaced versions of records, and reports records that match alerts',
      memory_mb,
      timeout_seconds,
      environment: {
        HISTORY_TABLE: tables.history.tableName,
        LAKE_RAW_DAYS: String(settings.lake.raw_days),
        RETENTION: writeRetention(settings),
        ALERTS_TABLE: tables.alerts.tableName,
        ALERT_QUEUE_URL: alerts.queue.queueUrl,
        ENVIRONMENT: settings.environment,
      },
      grants: listGrants({ tables, alerts }, stream_arn),
    });
    addChangesFeed(this, 'Mapping', {
      ...{ handler: this.handler, stream_arn, batch_size, window_seconds },
      more: { filterCriteria: { filters: [{ pattern: JSON.stringify(NEW_ROWS) }] } },
    });
  }
}

function listGrants(
  { tables, alerts }: Pick<HistoryProps, 'tables' | 'alerts'>,
  stream_arn: string,
) {
  return [
    { actions: ['dynamodb:BatchWriteItem'], resources: [tables.history.tableArn] },
    {
      actions: [
        ...['dynamodb:Query', 'dynamodb:GetItem'],
        ...['dynamodb:PutItem', 'dynamodb:UpdateItem'],
      ],
      resources: [tables.alerts.tableArn],
    },
    { actions: ['sqs:SendMessage'], resources: [alerts.queue.queueArn] },
    ...streamGrants(stream_arn),
  ];
}
