import { aws_events as events, type aws_sqs as sqs } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { createFunction, type HandlerProps } from './handler.ts';
import { allowEvents } from './job-rules.ts';
import type { Jobs } from './jobs.ts';
import { LISTING_INDEXES, type Tables } from './tables.ts';
import { addQueueFeed, createWorkQueue, receiveGrant } from './work-queue.ts';

interface AlertsProps {
  settings: Settings;
  tables: Tables;
  jobs: Jobs;
}

/**
 * Sends alerts and digests to webhooks, Slack and Teams. The queue is not that of the callbacks of jobs, so that a
 * slow receiver of alerts delays no callback. Every hour, a rule starts the digests that are due.
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
      description: 'Sends alerts and digests to webhooks, Slack and Teams',
      memory_mb,
      timeout_seconds,
      environment: {
        ALERTS_TABLE: props.tables.alerts.tableName,
        COUNTS_TABLE: props.tables.counts.tableName,
        RESULTS_TABLE: props.tables.results.tableName,
        ALERT_QUEUE_URL: this.queue.queueUrl,
        CALLBACK_SECRET_ARN: props.jobs.callback_secret.secretArn,
        CALLBACK_ALLOW_LOOPBACK: props.jobs.allow_loopback,
      },
      grants: this.listGrants(props),
    });
    addQueueFeed(this, 'Feed', { handler, queue: this.queue, concurrency: 10 });
    this.addSchedule();
  }

  private addSchedule(): void {
    const dead_letters = this.queue.deadLetterQueue?.queue;
    if (dead_letters === undefined) throw new Error('The queue has no dead-letter queue');
    const rule = new events.CfnRule(this, 'DigestsDue', {
      description: 'Starts the digests whose hour has come',
      scheduleExpression: 'rate(1 hour)',
      targets: [
        {
          id: 'digests',
          arn: this.queue.queueArn,
          deadLetterConfig: { arn: dead_letters.queueArn },
          input: JSON.stringify({ kind: 'digests_due' }),
        },
      ],
    });
    for (const receiver of [this.queue, dead_letters]) allowEvents(receiver, [rule.attrArn]);
  }

  private listGrants({ tables, jobs }: AlertsProps): HandlerProps['grants'] {
    return [
      {
        actions: ['GetItem', 'Query', 'PutItem', 'UpdateItem'].map((name) => `dynamodb:${name}`),
        resources: [tables.alerts.tableArn],
      },
      {
        actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem'],
        resources: [tables.results.tableArn],
      },
      {
        actions: ['dynamodb:Query'],
        resources: [`${tables.results.tableArn}/index/${Object.keys(LISTING_INDEXES)[0]}`],
      },
      { actions: ['dynamodb:Query'], resources: [tables.counts.tableArn] },
      { actions: ['secretsmanager:GetSecretValue'], resources: [jobs.callback_secret.secretArn] },
      { actions: ['sqs:SendMessage'], resources: [this.queue.queueArn] },
      receiveGrant(this.queue),
    ];
  }
}
