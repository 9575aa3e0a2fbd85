import { aws_cloudwatch as cloudwatch, type aws_dynamodb as dynamodb } from 'aws-cdk-lib';
import type { Settings } from '../../settings.ts';
import type { Alerts } from '../alerts.ts';
import type { Audit } from '../audit.ts';
import type { BudgetReplay } from '../budget-replay.ts';
import type { Jobs } from '../jobs.ts';
import type { Keeper } from '../keeper.ts';
import type { Lake } from '../lake.ts';
import type { Privacy } from '../privacy.ts';
import type { Tables } from '../tables.ts';
import type { TrafficAlerts } from '../traffic-alerts.ts';
import { createMetric, FIVE_MINUTES, type Watch } from './watch.ts';

/** The parts that the watches of tables, lake and queues need. */
export interface StoreProps {
  settings: Settings;
  tables: Tables;
  lake: Lake;
  jobs: Jobs;
  budget_replay: BudgetReplay;
  keeper: Keeper;
  audit: Audit;
  alerts: Alerts;
  traffic_alerts: TrafficAlerts;
  privacy: Privacy;
}

/** Returns the alarms on what comes after the analysis: tables, lake and queues. */
export function storeWatches(props: StoreProps): Record<string, Watch> {
  const { settings, tables, lake, jobs } = props;
  const { oldest_message_seconds } = settings.alarms;
  return {
    ResultsAreThrottled: watchThrottledWrites(tables.results),
    // Both indexes have the same partitions. The index of arrivals has at least as many writes,
    // because another version of a record often has the same time of creation.
    ResultsIndexIsThrottled: watchThrottledWrites(tables.results, 'by_arrival'),
    JobsAreThrottled: watchThrottledWrites(jobs.table),
    LakeIsLate: {
      metric: createMetric('AWS/Firehose', 'DeliveryToS3.DataFreshness', cloudwatch.Stats.MAXIMUM, {
        DeliveryStreamName: lake.delivery_stream.ref,
      }),
      threshold: 900,
      meaning: 'Firehose does not deliver to the lake.',
    },
    SubmissionsFail: watchDeadLetters(jobs.queue, 'Messages of the jobs queue failed five times.'),
    SubmissionsWait: watchAge(jobs.queue, oldest_message_seconds, 'Messages about jobs wait.'),
    ...submissionWatches(settings, jobs),
    CallbacksFail: watchDeadLetters(
      jobs.callback_queue,
      'Messages of the callback queue failed five times.',
    ),
    BudgetReplaysFail: watchReplays(props),
    CallbacksWait: watchAge(jobs.callback_queue, oldest_message_seconds, 'Callbacks wait.'),
    AlertsFail: watchDeadLetters(
      props.alerts.queue,
      'Messages of the queue of alerts failed five times.',
    ),
    AlertsWait: watchAge(props.alerts.queue, oldest_message_seconds, 'Alerts wait to be sent.'),
    TrafficAlertsFail: {
      metric: props.traffic_alerts.handler.metricErrors({ period: FIVE_MINUTES }),
      threshold: 3,
      meaning:
        'The function that evaluates the alerts on traffic fails: a bug, or no access to its tables.',
    },
    ...keeperWatches(props),
    ...auditWatches(props),
    PrivacyRequestsFail: watchDeadLetters(
      props.privacy.queue,
      'A request to erase records failed five times.',
    ),
  };
}

/** Watches what the keeper reports, and its queue. */
function keeperWatches({ settings, keeper: { queue } }: StoreProps): Record<string, Watch> {
  const { environment, alarms } = settings;
  const dimensions = { service: 'keeper', environment };
  return {
    LakeTableIsLate: {
      metric: createMetric(
        ...(['AuraStream', 'lake_pending_seconds', cloudwatch.Stats.MAXIMUM] as const),
        dimensions,
      ),
      threshold: alarms.lake_late_seconds,
      meaning: 'Results of the lake wait too long to be merged into the table results.',
    },
    RawObjectsUnreadable: {
      metric: createMetric(
        ...(['AuraStream', 'lake_unreadable_objects', cloudwatch.Stats.SUM] as const),
        dimensions,
      ),
      threshold: 0,
      meaning: 'An object of the lake is not gzipped lines of results.',
    },
    KeeperFails: watchDeadLetters(queue, 'Messages of the keeper failed five times.'),
    KeeperWaits: watchAge(queue, alarms.oldest_message_seconds, 'Messages of the keeper wait.'),
  };
}

/** Watches the function that writes the audit trail, and what it finds when it seals a day. */
function auditWatches({ settings: { environment }, audit }: StoreProps): Record<string, Watch> {
  const dimensions = { service: 'audit', environment };
  return {
    AuditFails: watchDeadLetters(
      audit.queue,
      'Reads could not be written to the audit trail, or days could not be sealed, five times.',
    ),
    AuditChanged: {
      metric: createMetric('AuraStream', 'audit_findings', cloudwatch.Stats.SUM, dimensions),
      threshold: 0,
      meaning: 'The audit trail of a day was changed before it was sealed.',
    },
  };
}

function watchReplays({ budget_replay: { queue } }: StoreProps): Watch {
  return watchDeadLetters(queue, 'The replay of records that were over budget failed five times.');
}

/** Watches the two limits of a submission that its invocations hand over to each other. */
function submissionWatches({ environment }: Settings, { submission }: Jobs): Record<string, Watch> {
  const { SUM } = cloudwatch.Stats;
  return {
    SubmissionsStop: {
      metric: createMetric('AuraStream', 'submissions_stopped', SUM, {
        ...{ service: 'submission', environment },
      }),
      threshold: 0,
      meaning: 'A job failed because its submission took too many invocations.',
    },
    SubmissionLoopsStop: {
      metric: createMetric('AWS/Lambda', 'RecursiveInvocationsDropped', SUM, {
        FunctionName: submission.functionName,
      }),
      threshold: 0,
      meaning: 'Lambda took the submission of a job for an endless loop, and stopped it.',
    },
  };
}

/**
 * Watches throttled writes of a table, or of one of its indexes. Reads of these tables are few.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
 */
function watchThrottledWrites({ tableName }: dynamodb.Table, index?: string): Watch {
  const what = index === undefined ? 'a table' : 'an index, and therefore of its table,';
  return {
    metric: createMetric('AWS/DynamoDB', 'WriteThrottleEvents', cloudwatch.Stats.SUM, {
      TableName: tableName,
      ...(index === undefined ? {} : { GlobalSecondaryIndexName: index }),
    }),
    threshold: 0,
    periods: 3,
    meaning: `DynamoDB throttles the writes of ${what} for longer than it takes to adapt.`,
  };
}

function watchDeadLetters({ deadLetterQueue }: Jobs['queue'], meaning: string): Watch {
  if (deadLetterQueue === undefined) throw new Error('The queue has no dead-letter queue');
  const period = FIVE_MINUTES;
  const metric = deadLetterQueue.queue.metricApproximateNumberOfMessagesVisible({ period });
  return { metric, threshold: 0, meaning };
}

function watchAge(queue: Jobs['queue'], threshold: number, meaning: string): Watch {
  const metric = queue.metricApproximateAgeOfOldestMessage({ period: FIVE_MINUTES });
  return { metric, threshold, meaning };
}
