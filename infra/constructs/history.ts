import type { aws_iam as iam, aws_lambda as lambda } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { createFunction } from './handler.ts';
import { writeRetention } from './retention.ts';
import { addChangesFeed, changesArn, streamGrants } from './table-stream.ts';
import type { Tables } from './tables.ts';

interface HistoryProps {
  settings: Settings;
  tables: Tables;
}

const EXISTS = { record_key: { S: [{ exists: true }] } };
/**
 * Matches the changes that have an old and a new row: replacements, corrections and withdrawals. New
 * records and deletions cost no invocation. The pattern has only the key `dynamodb`, because Lambda
 * documents no other key for streams of tables, although `eventName` says the same.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
 */
const REPLACEMENTS = { dynamodb: { OldImage: EXISTS, NewImage: EXISTS } };

/** Stores each version of a record that another version replaces in the table of the history. */
export class History extends Construct {
  readonly handler: lambda.Function & { role: iam.Role };

  constructor(scope: Construct, id: string, { settings, tables }: HistoryProps) {
    super(scope, id);
    const { memory_mb, timeout_seconds, batch_size, window_seconds } = settings.history;
    const stream_arn = changesArn(tables);
    this.handler = createFunction(this, 'Handler', {
      settings,
      entry: 'insight/history/handler.ts',
      description: 'Stores the replaced versions of records',
      memory_mb,
      timeout_seconds,
      environment: {
        HISTORY_TABLE: tables.history.tableName,
        LAKE_RAW_DAYS: String(settings.lake.raw_days),
        RETENTION: writeRetention(settings),
        ENVIRONMENT: settings.environment,
      },
      grants: [
        { actions: ['dynamodb:BatchWriteItem'], resources: [tables.history.tableArn] },
        ...streamGrants(stream_arn),
      ],
    });
    addChangesFeed(this, 'Mapping', {
      ...{ handler: this.handler, stream_arn, batch_size, window_seconds },
      more: { filterCriteria: { filters: [{ pattern: JSON.stringify(REPLACEMENTS) }] } },
    });
  }
}
