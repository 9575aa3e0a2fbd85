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
  /** Of the consumer's event source mapping. */
  mapping_id: string;
  lake: Lake;
  jobs: Jobs;
  api: apigateway.RestApi;
}

interface Watch {
  metric: cloudwatch.IMetric;
  /** The alarm goes off above it. */
  threshold: number;
  /** How many periods in a row; 1 where one is enough. */
  periods?: number;
  /** What it means, in a sentence; docs/operations.md says what to do. */
  says: string;
}

const FIVE_MINUTES = Duration.minutes(5);

/** Whatever somebody has to look at, on one topic. Each alarm's line in docs/operations.md says what to do. */
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

  private watch(name: string, { metric, threshold, periods = 1, says }: Watch): void {
    const alarm = new cloudwatch.Alarm(this, name, {
      metric,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      // Nothing was counted: nothing went wrong.
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      alarmDescription: `${says} What to do: docs/operations.md, ${name}.`,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    alarm.addOkAction(new SnsAction(this.topic));
  }
}

/** The consumer's own metrics: processors/stream/measures.ts. */
function measured(
  metricName: string,
  statistic: string = cloudwatch.Stats.SUM,
): cloudwatch.IMetric {
  return new cloudwatch.Metric({
    namespace: 'AuraStream',
    metricName,
    dimensionsMap: { service: 'consumer' },
    statistic,
    period: FIVE_MINUTES,
  });
}

function streamWatches({ settings, consumer, mapping_id }: AlarmsProps): Record<string, Watch> {
  return {
    StreamIsLate: {
      metric: consumer.metric('IteratorAge', { statistic: 'max', period: FIVE_MINUTES }),
      threshold: settings.alarms.late_seconds * 1_000,
      periods: 3,
      says: 'Records wait on the stream for longer than they should.',
    },
    BatchesGivenUp: {
      metric: new cloudwatch.Metric({
        namespace: 'AWS/Lambda',
        metricName: 'OnFailureDestinationDeliveredEventCount',
        dimensionsMap: { EventSourceMappingUUID: mapping_id },
        statistic: cloudwatch.Stats.SUM,
        period: FIVE_MINUTES,
      }),
      threshold: 0,
      says: 'Lambda gave up on records; they are in the failure destination.',
    },
    ConsumerFails: {
      metric: consumer.metricErrors({ period: FIVE_MINUTES }),
      threshold: 0,
      periods: 3,
      says: 'The consumer ends with errors: a bug, a timeout, or too little memory.',
    },
    RecordsSetAside: {
      metric: measured('set_asides'),
      threshold: settings.alarms.set_asides_in_five_minutes,
      says: 'Many records are no records: a producer has changed.',
    },
  };
}

function analysisWatches({ settings }: AlarmsProps): Record<string, Watch> {
  return {
    ComprehendIsDown: {
      metric: measured('breaker_open', cloudwatch.Stats.MAXIMUM),
      threshold: 0,
      says: 'Comprehend fails every call; records wait on the stream.',
    },
    ComprehendThrottles: {
      metric: measured('comprehend_throttles'),
      threshold: settings.alarms.throttles_in_five_minutes,
      periods: 3,
      says: 'Comprehend refuses calls: the quota is less than the settings say.',
    },
    CacheIsDown: {
      metric: measured('cache_errors'),
      threshold: 0,
      periods: 3,
      says: 'Verdicts cannot be read from the cache table; every text is paid for again.',
    },
    LedgerIsDown: {
      metric: measured('ledger_errors'),
      threshold: 0,
      periods: 3,
      says: 'The ledger of the quota does not answer; consumers go by a fixed share.',
    },
  };
}

function deliveryWatches({ lake, jobs, api }: AlarmsProps): Record<string, Watch> {
  const deadLetters = (queue: Jobs['queue'], says: string): Watch => ({
    metric: queue.deadLetterQueue!.queue.metricApproximateNumberOfMessagesVisible({
      period: FIVE_MINUTES,
    }),
    threshold: 0,
    says,
  });
  return {
    LakeIsLate: {
      metric: new cloudwatch.Metric({
        namespace: 'AWS/Firehose',
        metricName: 'DeliveryToS3.DataFreshness',
        dimensionsMap: { DeliveryStreamName: lake.delivery_stream.ref },
        statistic: cloudwatch.Stats.MAXIMUM,
        period: FIVE_MINUTES,
      }),
      threshold: 900,
      says: 'Firehose does not deliver to the lake.',
    },
    SubmissionsFail: deadLetters(jobs.queue, 'Messages of the jobs queue failed ten times.'),
    CallbacksFail: deadLetters(jobs.callback_queue, 'Messages of callbacks failed ten times.'),
    ApiFails: {
      metric: api.metricServerError({ period: FIVE_MINUTES }),
      threshold: 5,
      says: 'The API answers with 5xx.',
    },
  };
}
