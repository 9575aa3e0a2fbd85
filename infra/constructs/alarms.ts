import {
  type aws_apigateway as apigateway,
  aws_cloudwatch as cloudwatch,
  Duration,
  type aws_lambda as lambda,
  aws_sns as sns,
  aws_sns_subscriptions as subscriptions,
} from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import type { Jobs } from './jobs.ts';
import type { Lake } from './lake.ts';

interface AlarmsProps {
  settings: Settings;
  consumer: lambda.Function;
  /** Id of the consumer's event source mapping. */
  mapping_id: string;
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

/** Returns a metric that the consumer publishes. See processors/stream/measures.ts. */
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

function streamWatches({ settings, consumer, mapping_id }: AlarmsProps): Record<string, Watch> {
  return {
    StreamIsLate: {
      metric: consumer.metric('IteratorAge', { statistic: 'max', period: FIVE_MINUTES }),
      threshold: settings.alarms.late_seconds * 1_000,
      periods: 3,
      meaning: 'Records wait on the stream for too long.',
    },
    BatchesGivenUp: {
      metric: createMetric(
        'AWS/Lambda',
        'OnFailureDestinationDeliveredEventCount',
        cloudwatch.Stats.SUM,
        { EventSourceMappingUUID: mapping_id },
      ),
      threshold: 0,
      meaning: 'Lambda gave up on records and wrote them to the failure destination.',
    },
    ConsumerFails: {
      metric: consumer.metricErrors({ period: FIVE_MINUTES }),
      threshold: 0,
      periods: 3,
      meaning: 'The consumer fails: a bug, a timeout, or too little memory.',
    },
    RecordsSetAside: {
      metric: consumerMetric('set_asides'),
      threshold: settings.alarms.set_asides_in_five_minutes,
      meaning: 'Many records are invalid: a producer has probably changed.',
    },
  };
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
