import {
  type aws_apigateway as apigateway,
  aws_cloudwatch as cloudwatch,
  Duration,
  aws_sns as sns,
  aws_sns_subscriptions as subscriptions,
} from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import type { Consumer } from './consumer.ts';
import type { Jobs } from './jobs.ts';
import type { Lake } from './lake.ts';

interface AlarmsProps {
  settings: Settings;
  consumer: Consumer;
  bulk_consumer: Consumer;
  lake: Lake;
  jobs: Jobs;
  api: apigateway.RestApi;
}

interface Watch {
  metric: cloudwatch.IMetric;
  /** Value of the metric above which the alarm is raised. */
  threshold: number;
  /**
   * Number of consecutive periods in which the metric must exceed the threshold before the alarm is
   * raised. The default is 1.
   */
  periods?: number;
  /** Meaning of the alarm in one sentence. See docs/operations.md for what the operator can do. */
  meaning: string;
}

const FIVE_MINUTES = Duration.minutes(5);

/**
 * CloudWatch alarms, which all publish to one SNS topic. For each alarm, docs/operations.md
 * describes what the operator can do.
 */
export class Alarms extends Construct {
  readonly topic: sns.Topic;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.topic = new sns.Topic(this, 'Topic', { displayName: 'AuraStream alarms' });
    for (const address of props.settings.alarms.emails) {
      this.topic.addSubscription(new subscriptions.EmailSubscription(address));
    }
    const watches = {
      ...streamWatches(props),
      ...analysisWatches(props),
      ...deliveryWatches(props),
    };
    for (const [name, watch] of Object.entries(watches)) this.watch(name, watch);
  }

  private watch(name: string, { metric, threshold, periods = 1, meaning }: Watch): void {
    const alarm = new cloudwatch.Alarm(this, name, {
      metric,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      // A metric without data does not raise the alarm, because no failure has been counted.
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      alarmDescription: `${meaning} What to do: docs/operations.md, ${name}.`,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    alarm.addOkAction(new SnsAction(this.topic));
  }
}

/** Returns a metric that both consumers publish. See processors/stream/measures.ts. */
function consumerMetric(
  metricName: string,
  statistic: string = cloudwatch.Stats.SUM,
): cloudwatch.IMetric {
  return createMetric('AuraStream', metricName, statistic, { service: 'consumer' });
}

function createMetric(
  namespace: string,
  metricName: string,
  statistic: string,
  dimensionsMap: Record<string, string>,
): cloudwatch.IMetric {
  return new cloudwatch.Metric({
    namespace,
    metricName,
    statistic,
    dimensionsMap,
    period: FIVE_MINUTES,
  });
}

function streamWatches({ settings, consumer, bulk_consumer }: AlarmsProps): Record<string, Watch> {
  const { late_seconds, bulk_late_seconds, set_asides_in_five_minutes } = settings.alarms;
  return {
    StreamIsLate: {
      ...watchAge(consumer, late_seconds),
      meaning: 'Records wait on the live stream for too long.',
    },
    BulkStreamIsLate: {
      ...watchAge(bulk_consumer, bulk_late_seconds),
      meaning: 'Records wait on the bulk stream for too long.',
    },
    BatchesGivenUp: {
      ...watchGivenUp(consumer),
      meaning: 'Lambda gave up on live records and wrote them to the failure destination.',
    },
    BulkBatchesGivenUp: {
      ...watchGivenUp(bulk_consumer),
      meaning: 'Lambda gave up on bulk records and wrote them to the failure destination.',
    },
    ConsumerFails: {
      ...watchErrors(consumer),
      meaning: 'The consumer of the live stream fails: a bug, a timeout, or too little memory.',
    },
    BulkConsumerFails: {
      ...watchErrors(bulk_consumer),
      meaning: 'The consumer of the bulk stream fails: a bug, a timeout, or too little memory.',
    },
    RecordsSetAside: {
      metric: consumerMetric('set_asides'),
      threshold: set_asides_in_five_minutes,
      meaning: 'Many records are invalid: a producer has probably changed.',
    },
  };
}

function watchAge({ handler }: Consumer, late_seconds: number) {
  const metric = handler.metric('IteratorAge', { statistic: 'max', period: FIVE_MINUTES });
  return { metric, threshold: late_seconds * 1_000, periods: 3 };
}

function watchGivenUp({ mapping_id }: Consumer) {
  const metric = createMetric(
    'AWS/Lambda',
    'OnFailureDestinationDeliveredEventCount',
    cloudwatch.Stats.SUM,
    { EventSourceMappingUUID: mapping_id },
  );
  return { metric, threshold: 0 };
}

function watchErrors({ handler }: Consumer) {
  return { metric: handler.metricErrors({ period: FIVE_MINUTES }), threshold: 0, periods: 3 };
}

function analysisWatches({ settings }: AlarmsProps): Record<string, Watch> {
  return {
    AnalyzerIsDown: {
      metric: consumerMetric('breaker_open', cloudwatch.Stats.MAXIMUM),
      threshold: 0,
      meaning: 'The analyzer fails every call; records wait on the stream.',
    },
    AnalyzerThrottles: {
      metric: consumerMetric('analyzer_throttles'),
      threshold: settings.alarms.throttles_in_five_minutes,
      periods: 3,
      meaning: 'The analyzer throttles calls: the quota is lower than the settings say.',
    },
    CacheIsDown: {
      metric: consumerMetric('cache_errors'),
      threshold: 0,
      periods: 3,
      meaning: 'The cache table cannot be read, so every text is analysed and paid for again.',
    },
    LedgerIsDown: {
      metric: consumerMetric('ledger_errors'),
      threshold: 0,
      periods: 3,
      meaning: 'The quota ledger is unavailable, so each consumer uses a fixed share of the quota.',
    },
  };
}

function watchDeadLetters({ deadLetterQueue }: Jobs['queue'], meaning: string): Watch {
  if (deadLetterQueue === undefined) throw new Error('The queue has no dead-letter queue');
  const period = FIVE_MINUTES;
  const metric = deadLetterQueue.queue.metricApproximateNumberOfMessagesVisible({ period });
  return { metric, threshold: 0, meaning };
}

function deliveryWatches({ lake, jobs, api }: AlarmsProps): Record<string, Watch> {
  return {
    LakeIsLate: {
      metric: createMetric('AWS/Firehose', 'DeliveryToS3.DataFreshness', cloudwatch.Stats.MAXIMUM, {
        DeliveryStreamName: lake.delivery_stream.ref,
      }),
      threshold: 900,
      meaning: 'Firehose does not deliver to the lake.',
    },
    SubmissionsFail: watchDeadLetters(jobs.queue, 'Messages of the jobs queue failed five times.'),
    CallbacksFail: watchDeadLetters(
      jobs.callback_queue,
      'Messages of the callback queue failed five times.',
    ),
    ApiFails: {
      metric: api.metricServerError({ period: FIVE_MINUTES }),
      threshold: 5,
      meaning: 'The API responds with 5xx.',
    },
  };
}
