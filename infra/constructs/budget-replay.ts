import { aws_events as events, type aws_sqs as sqs } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { searchRate } from './analysis.ts';
import { createFunction } from './handler.ts';
import type { Ingest } from './ingest.ts';
import { allowEvents } from './job-rules.ts';
import type { Jobs } from './jobs.ts';
import { addQueueFeed, createWorkQueue, receiveGrant } from './work-queue.ts';

interface BudgetReplayProps {
  settings: Settings;
  ingest: Ingest;
  jobs: Jobs;
}

/** Prefixes in the bucket of set-asides. See aws/s3/set-aside-bucket.ts. */
const OVER_BUDGET_PREFIX = 'over-budget/';
const MARKS_PREFIX = 'restored/';

/**
 * Replays the records that were over budget in past months. A rule sends a message every 15 minutes,
 * and the function works on it until its time is up. Most runs find nothing and make one request.
 */
export class BudgetReplay extends Construct {
  readonly queue: sqs.Queue;

  constructor(scope: Construct, id: string, props: BudgetReplayProps) {
    super(scope, id);
    const { timeout_seconds } = props.settings.budget_replay;
    this.queue = createWorkQueue(this, 'Queue', timeout_seconds);
    const handler = this.createHandler(props);
    addQueueFeed(this, 'Feed', { handler, queue: this.queue, concurrency: 2 });
    this.addSchedule();
  }

  private createHandler({ settings, ingest, jobs }: BudgetReplayProps) {
    const quota = settings.quotas[settings.analysis.analyzer];
    return createFunction(this, 'Handler', {
      settings,
      entry: 'operations/over-budget/handler.ts',
      description: 'Puts records that were over budget in a past month on the bulk stream again',
      memory_mb: settings.budget_replay.memory_mb,
      timeout_seconds: settings.budget_replay.timeout_seconds,
      environment: {
        STREAM_NAME: ingest.bulk_stream.ref,
        SET_ASIDE_BUCKET: ingest.set_aside_bucket.bucketName,
        RESTORE_KEY_ARN: ingest.restore_key.secretArn,
        JOBS_TABLE: jobs.table.tableName,
        ANALYZER: settings.analysis.analyzer,
        ANALYZER_CALLS_PER_SECOND: String(quota.consumers_calls_per_second),
        ...searchRate(settings),
      },
      grants: [...replayGrants(ingest, jobs), receiveGrant(this.queue)],
    });
  }

  private addSchedule(): void {
    const dead_letters = this.queue.deadLetterQueue?.queue;
    if (dead_letters === undefined) throw new Error('The queue has no dead-letter queue');
    const rule = new events.CfnRule(this, 'Schedule', {
      description: 'Starts the replay of records that were over budget',
      scheduleExpression: 'rate(15 minutes)',
      targets: [
        {
          id: 'replay',
          arn: this.queue.queueArn,
          input: JSON.stringify({ kind: 'replay_over_budget' }),
          deadLetterConfig: { arn: dead_letters.queueArn },
        },
      ],
    });
    for (const receiver of [this.queue, dead_letters]) allowEvents(receiver, [rule.attrArn]);
  }
}

function replayGrants({ bulk_stream, set_aside_bucket, restore_key }: Ingest, { table }: Jobs) {
  const objects = (prefix: string) => set_aside_bucket.arnForObjects(`${prefix}*`);
  return [
    { actions: ['dynamodb:Query'], resources: [table.tableArn] },
    { actions: ['kinesis:PutRecords'], resources: [bulk_stream.attrArn] },
    { actions: ['s3:ListBucket'], resources: [set_aside_bucket.bucketArn] },
    { actions: ['s3:GetObject', 's3:DeleteObject'], resources: [objects(OVER_BUDGET_PREFIX)] },
    { actions: ['s3:GetObject'], resources: [objects(MARKS_PREFIX)] },
    { actions: ['secretsmanager:GetSecretValue'], resources: [restore_key.secretArn] },
  ];
}
