import { aws_cloudwatch as cloudwatch, type aws_kinesis as kinesis } from 'aws-cdk-lib';
import type { Settings } from '../../settings.ts';
import type { Consumer } from '../consumer.ts';
import type { Ingest } from '../ingest.ts';
import { createMetric, FIVE_MINUTES, type Watch } from './watch.ts';

const { SUM } = cloudwatch.Stats;

/** The parts that the watches of the streams and of their consumers need. */
export interface StreamProps {
  settings: Settings;
  ingest: Ingest;
  consumer: Consumer;
  bulk_consumer: Consumer;
}

/** One of the two streams, with its consumer. */
interface Side {
  word: 'live' | 'bulk';
  stream: kinesis.CfnStream;
  consumer: Consumer;
  late_seconds: number;
}

/** Returns the alarms that say whether records leave the streams. */
export function streamWatches(props: StreamProps): Record<string, Watch> {
  const { settings, ingest } = props;
  const { rejected_records_in_five_minutes, set_asides_in_five_minutes } = settings.alarms;
  return {
    ...watchBoth(props, 'StreamIsLate', watchAge),
    ...watchBoth(props, 'ConsumerIsSilent', watchSilence),
    ...watchBoth(props, 'BatchesGivenUp', watchGivenUp),
    ...watchBoth(props, 'RecordsDropped', watchDropped),
    ...watchBoth(props, 'ConsumerFails', watchErrors),
    ...watchBoth(props, 'ConsumerIsThrottled', watchThrottles),
    // The publishers of the bulk stream send as fast as the stream takes.
    ProducersAreThrottled: {
      metric: streamMetric(ingest.stream, 'WriteProvisionedThroughputExceeded'),
      threshold: rejected_records_in_five_minutes,
      periods: 3,
      meaning: 'The live stream rejects records: producers send faster than its shards take.',
    },
    RecordsSetAside: {
      metric: consumerMetric(settings, 'set_asides'),
      threshold: set_asides_in_five_minutes,
      meaning: 'Many records are invalid: a producer has probably changed.',
    },
  };
}

/** Returns an alarm for the live stream and one for the bulk stream. */
function watchBoth(
  { settings, ingest, consumer, bulk_consumer }: StreamProps,
  name: string,
  watch: (side: Side) => Watch,
): Record<string, Watch> {
  const { late_seconds, bulk_late_seconds } = settings.alarms;
  return {
    [name]: watch({ word: 'live', stream: ingest.stream, consumer, late_seconds }),
    [`Bulk${name}`]: watch({
      word: 'bulk',
      stream: ingest.bulk_stream,
      consumer: bulk_consumer,
      late_seconds: bulk_late_seconds,
    }),
  };
}

function watchAge({ word, consumer, late_seconds }: Side): Watch {
  return {
    metric: consumer.handler.metric('IteratorAge', { statistic: 'max', period: FIVE_MINUTES }),
    threshold: late_seconds * 1_000,
    periods: 3,
    meaning: `Records wait on the ${word} stream for too long.`,
  };
}

/**
 * Lambda's IteratorAge has no data while the consumer is not invoked. This alarm is raised if records
 * arrive and the consumer is not invoked. Without records there is no data either, so the alarm then
 * keeps its state.
 */
function watchSilence({ word, stream, consumer }: Side): Watch {
  return {
    metric: new cloudwatch.MathExpression({
      expression: 'IF(FILL(invocations, 0) == 0, records, 0)',
      usingMetrics: {
        records: streamMetric(stream, 'IncomingRecords'),
        invocations: consumer.handler.metricInvocations({ period: FIVE_MINUTES }),
      },
      label: 'records that arrive without an invocation of the consumer',
      period: FIVE_MINUTES,
    }),
    threshold: 0,
    periods: 2,
    missing: cloudwatch.TreatMissingData.IGNORE,
    meaning: `Records arrive on the ${word} stream, and Lambda does not invoke the consumer.`,
  };
}

const mappingMetric = ({ mapping_id }: Consumer, name: string) =>
  createMetric('AWS/Lambda', name, SUM, { EventSourceMappingUUID: mapping_id });

function watchGivenUp({ word, consumer }: Side): Watch {
  return {
    metric: mappingMetric(consumer, 'OnFailureDestinationDeliveredEventCount'),
    threshold: 0,
    meaning: `Lambda gave up on ${word} records and wrote them to the failure destination.`,
  };
}

function watchDropped({ word, consumer }: Side): Watch {
  return {
    metric: mappingMetric(consumer, 'DroppedEventCount'),
    threshold: 0,
    meaning: `Lambda gave up on ${word} records; some may not be in the failure destination.`,
  };
}

function watchErrors({ word, consumer }: Side): Watch {
  return {
    metric: consumer.handler.metricErrors({ period: FIVE_MINUTES }),
    threshold: 0,
    periods: 3,
    meaning: `The consumer of the ${word} stream fails: a bug, a timeout, or too little memory.`,
  };
}

function watchThrottles({ word, consumer }: Side): Watch {
  return {
    metric: consumer.handler.metricThrottles({ period: FIVE_MINUTES }),
    threshold: 0,
    periods: 3,
    meaning: `Lambda does not start the consumer of the ${word} stream: the concurrency is used up.`,
  };
}

/** Returns the alarms on the analyzer, its cache and its quota. */
export function analysisWatches({ settings }: { settings: Settings }): Record<string, Watch> {
  return {
    AnalyzerIsDown: {
      metric: consumerMetric(settings, 'breaker_open', cloudwatch.Stats.MAXIMUM),
      threshold: 0,
      meaning: 'The analyzer fails every call; records wait on the stream.',
    },
    AnalyzerThrottles: {
      metric: consumerMetric(settings, 'analyzer_throttles'),
      threshold: settings.alarms.throttles_in_five_minutes,
      periods: 3,
      meaning: 'The analyzer throttles calls: the quota is lower than the settings say.',
    },
    CacheIsDown: {
      metric: consumerMetric(settings, 'cache_errors'),
      threshold: 0,
      periods: 3,
      meaning: 'The cache table cannot be read, so every text is analysed and paid for again.',
    },
    LedgerIsDown: {
      metric: consumerMetric(settings, 'ledger_errors'),
      threshold: 0,
      periods: 3,
      meaning:
        'The ledger of quotas and budgets is unavailable, so each consumer uses fixed shares of both.',
    },
    BudgetExceeded: {
      metric: consumerMetric(settings, 'over_budget'),
      threshold: 0,
      meaning: 'A tenant or the deployment is over its budget, and records are set aside.',
    },
  };
}

/** Returns a metric that both consumers publish. See processors/stream/measures.ts. */
function consumerMetric(
  { environment }: Settings,
  name: string,
  statistic: string = SUM,
): cloudwatch.Metric {
  return createMetric('AuraStream', name, statistic, { service: 'consumer', environment });
}

const streamMetric = (stream: kinesis.CfnStream, name: string) =>
  createMetric('AWS/Kinesis', name, SUM, { StreamName: stream.ref });
