import type { aws_sqs as sqs } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { createFunction, type HandlerProps } from './handler.ts';
import type { Jobs } from './jobs.ts';
import type { Tables } from './tables.ts';
import { addQueueFeed, createWorkQueue, receiveGrant } from './work-queue.ts';

interface AlertsProps {
  settings: Settings;
  tables: Tables;
  jobs: Jobs;
}

/**
 * Sends alerts to webhooks, Slack and Teams. The queue is not that of the callbacks of jobs, so that a slow
 * receiver of alerts delays no callback.
 */
export class Alerts extends Construct {
  readonly queue: sqs.Queue;

  constructor(scope: Construct, id: string, props: AlertsProps) {
    super(scope, id);
    const { memory_mb, timeout_seconds } = props.settings.callbacks;
    this.queue = createWorkQueue(this, 'Queue', timeout_seconds);
    const handler = createFunction(this, 'Handler', {
      settings: props.settings,
      entry: 'insight/alerts/handler.ts',
      description: 'Sends alerts to webhooks, Slack and Teams',
      memory_mb,
      timeout_seconds,
      environment: {
        ALERTS_TABLE: props.tables.alerts.tableName,
        RESULTS_TABLE: props.tables.results.tableName,
        ALERT_QUEUE_URL: this.queue.queueUrl,
        CALLBACK_SECRET_ARN: props.jobs.callback_secret.secretArn,
        CALLBACK_ALLOW_LOOPBACK: props.jobs.allow_loopback,
      },
      grants: this.listGrants(props),
    });
    addQueueFeed(this, 'Feed', { handler, queue: this.queue, concurrency: 10 });
  }

  private listGrants({ tables, jobs }: AlertsProps): HandlerProps['grants'] {
    return [
      { actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], resources: [tables.alerts.tableArn] },
      { actions: ['dynamodb:GetItem'], resources: [tables.results.tableArn] },
      { actions: ['secretsmanager:GetSecretValue'], resources: [jobs.callback_secret.secretArn] },
      { actions: ['sqs:SendMessage'], resources: [this.queue.queueArn] },
      receiveGrant(this.queue),
    ];
  }
}
