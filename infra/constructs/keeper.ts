import {
  CfnParameter,
  aws_dynamodb as dynamodb,
  aws_events as events,
  RemovalPolicy,
  Stack,
  type aws_sqs as sqs,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { RAW_PREFIX } from '../../schemas/lake.ts';
import type { Settings } from '../settings.ts';
import { createFunction } from './handler.ts';
import { allowEvents } from './job-rules.ts';
import { type Lake, QUERY_RESULTS_PREFIX, RESULTS_PREFIX } from './lake.ts';
import { writeRetention } from './retention.ts';
import type { Tables } from './tables.ts';
import { addQueueFeed, createWorkQueue, receiveGrant } from './work-queue.ts';

interface KeeperProps {
  settings: Settings;
  lake: Lake;
  tables: Tables;
}

/**
 * Keeps the Iceberg table `results`: merges the raw objects into it, maintains it at night, and
 * compares the counts with it. S3 announces each raw object through EventBridge.
 */
export class Keeper extends Construct {
  readonly queue: sqs.Queue;
  readonly table: dynamodb.Table;

  constructor(scope: Construct, id: string, props: KeeperProps) {
    super(scope, id);
    const { timeout_seconds } = props.settings.keeper;
    this.queue = createWorkQueue(this, 'Queue', timeout_seconds);
    this.table = new dynamodb.Table(this, 'Table', {
      partitionKey: { name: 'part', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'item', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expires_at',
      // The deletion of the stack may delete the manifest: merging an object again changes nothing.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const handler = this.createHandler(props);
    // A long statement takes one execution, and the messages of objects take the others.
    addQueueFeed(this, 'Feed', { handler, queue: this.queue, concurrency: 3 });
    this.addRules(props.lake);
  }

  private createHandler({ settings, lake, tables }: KeeperProps) {
    const actions = ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'BatchWriteItem'];
    return createFunction(this, 'Handler', {
      settings,
      entry: 'insight/keeper/handler.ts',
      description: 'Merges new results into the table results of the lake, and maintains the table',
      ...settings.keeper,
      environment: {
        ...this.environment(settings, lake),
        COUNTS_TABLE: tables.counts.tableName,
      },
      grants: [
        {
          actions: actions.map((action) => `dynamodb:${action}`),
          resources: [this.table.tableArn],
        },
        { actions: ['dynamodb:Query'], resources: [tables.counts.tableArn] },
        { actions: ['sqs:SendMessage'], resources: [this.queue.queueArn] },
        receiveGrant(this.queue),
        ...statementGrants(lake),
        ...objectGrants(lake),
      ],
    });
  }

  private environment(settings: Settings, lake: Lake): Record<string, string> {
    return {
      KEEPER_TABLE: this.table.tableName,
      KEEPER_QUEUE_URL: this.queue.queueUrl,
      LAKE_BUCKET: lake.bucket.bucketName,
      ATHENA_WORKGROUP: lake.work_group.ref,
      ATHENA_DATABASE: lake.database_name,
      LAKE_MERGE_SECONDS: this.mergeSeconds(settings).valueAsString,
      LAKE_RAW_DAYS: String(settings.lake.raw_days),
      LAKE_SNAPSHOT_DAYS: String(settings.lake.snapshot_days),
      RETENTION: writeRetention(settings),
      ENVIRONMENT: settings.environment,
    };
  }

  /**
   * Creates the template parameter for the time for which raw objects collect. With a shorter time,
   * queries see new results earlier, but each statement costs at least $0.00005.
   */
  private mergeSeconds({ lake }: Settings): CfnParameter {
    return new CfnParameter(Stack.of(this), 'LakeMergeSeconds', {
      type: 'Number',
      default: lake.merge_seconds,
      minValue: 0,
      maxValue: 900,
      description: 'Seconds for which raw objects collect before they are merged into results.',
    });
  }

  private addRules(lake: Lake): void {
    const dead_letters = this.queue.deadLetterQueue?.queue;
    if (dead_letters === undefined) throw new Error('The queue has no dead-letter queue');
    const target = {
      id: 'keeper',
      arn: this.queue.queueArn,
      deadLetterConfig: { arn: dead_letters.queueArn },
    };
    const arrived = new events.CfnRule(this, 'Arrived', {
      description: 'Firehose has delivered results',
      eventPattern: matchRawObjects(lake),
      targets: [target],
    });
    const schedules = Object.entries(SCHEDULES).map(([id, { kind, description, rate }]) => {
      const targets = [{ ...target, input: JSON.stringify({ kind }) }];
      return new events.CfnRule(this, id, { description, scheduleExpression: rate, targets });
    });
    const rules = [arrived, ...schedules].map(({ attrArn }) => attrArn);
    for (const receiver of [this.queue, dead_letters]) allowEvents(receiver, rules);
  }
}

const SCHEDULES = {
  Merge: {
    kind: 'merge',
    description: 'Merges raw objects whose own message found the keeper at work',
    rate: 'rate(1 minute)',
  },
  Maintain: {
    kind: 'maintain',
    description: 'Starts or continues the maintenance of the night',
    rate: 'rate(1 hour)',
  },
  CheckCounts: {
    kind: 'check_counts',
    description: 'Compares the counts with the table results, once a night unless that fails',
    rate: 'rate(1 hour)',
  },
};

function matchRawObjects({ bucket }: Lake) {
  return {
    source: ['aws.s3'],
    'detail-type': ['Object Created'],
    detail: { bucket: { name: [bucket.bucketName] }, object: { key: [{ prefix: RAW_PREFIX }] } },
  };
}

/**
 * Athena changes the entry of the table in Glue with the permissions of the function that asks.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
 */
export function statementGrants(
  lake: Lake,
  { may_create }: { may_create: boolean } = { may_create: true },
) {
  const { partition, region, account } = Stack.of(lake);
  const glue = (resource: string) => `arn:${partition}:glue:${region}:${account}:${resource}`;
  const listTables = (...names: string[]) => [
    glue('catalog'),
    glue(`database/${lake.database_name}`),
    ...names.map((name) => glue(`table/${lake.database_name}/${name}`)),
  ];
  const actions = ['StartQueryExecution', 'GetQueryExecution', 'GetQueryResults'];
  return [
    {
      actions: [...actions, 'StopQueryExecution'].map((action) => `athena:${action}`),
      resources: [`arn:${partition}:athena:${region}:${account}:workgroup/${lake.work_group.ref}`],
    },
    {
      actions: ['glue:GetDatabase', 'glue:GetTable', 'glue:GetPartitions'],
      resources: listTables('results', 'results_raw'),
    },
    {
      actions: [...(may_create ? ['glue:CreateTable'] : []), 'glue:UpdateTable'],
      resources: listTables('results'),
    },
  ];
}

/**
 * Athena reads the raw objects and writes the files of the table with the permissions of the keeper.
 * The keeper itself overwrites raw objects that hold withdrawn texts.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/vacuum-statement.html
 */
function objectGrants({ bucket }: Lake) {
  const objects = (prefix: string) => bucket.arnForObjects(`${prefix}*`);
  return [
    {
      actions: ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'],
      resources: [RAW_PREFIX, RESULTS_PREFIX, QUERY_RESULTS_PREFIX].map(objects),
    },
    { actions: ['s3:DeleteObject'], resources: [objects(RESULTS_PREFIX)] },
    { actions: ['s3:GetBucketLocation', 's3:ListBucket'], resources: [bucket.bucketArn] },
  ];
}
