import { aws_cloudwatch as cloudwatch, type aws_kinesis as kinesis } from 'aws-cdk-lib';
import type { Settings } from '../../settings.ts';
import { createMetric } from '../alarms/watch.ts';
import type { Consumer } from '../consumer.ts';
import type { Counts } from '../counts.ts';
import type { History } from '../history.ts';
import type { Ingest } from '../ingest.ts';
import { COLUMNS, drawGraph, showNumbers, writeHeading } from './widgets.ts';

const { SUM, MAXIMUM } = cloudwatch.Stats;

export interface StreamRowsProps {
  settings: Settings;
  ingest: Ingest;
  consumer: Consumer;
  bulk_consumer: Consumer;
  counts: Counts;
  history: History;
}

/** Shows whether records come in and leave as results, and how long they wait. */
export function streamRows(props: StreamRowsProps): cloudwatch.IWidget[][] {
  const { settings, ingest, consumer, bulk_consumer } = props;
  const outcomes = ['results', 'set_asides', 'over_budget', 'failed'];
  return [
    [writeHeading('## Records')],
    [
      showNumbers('Records in the shown time', [
        consumerMetric(settings, 'records_in'),
        ...outcomes.map((name) => consumerMetric(settings, name)),
      ]),
      showNumbers('Rejected by the streams', [
        streamMetric(ingest.stream, 'WriteProvisionedThroughputExceeded', 'live'),
        streamMetric(ingest.bulk_stream, 'WriteProvisionedThroughputExceeded', 'bulk'),
      ]),
      showNumbers('Given up by Lambda: aurastream redrive list', [
        givenUp(consumer, 'live'),
        givenUp(bulk_consumer, 'bulk'),
      ]),
    ],
    [
      drawGraph('Records in', [
        streamMetric(ingest.stream, 'IncomingRecords', 'live'),
        streamMetric(ingest.bulk_stream, 'IncomingRecords', 'bulk'),
      ]),
      drawGraph('Outcomes', [consumerMetric(settings, 'results')], {
        right: outcomes.slice(1).map((name) => consumerMetric(settings, name)),
      }),
      drawAges(props),
    ],
    [
      drawGraph('From arrival to result, ms', [
        consumerMetric(settings, 'end_to_end_ms', 'p50'),
        consumerMetric(settings, 'end_to_end_ms', 'p99'),
      ]),
      listShards([consumer, bulk_consumer]),
    ],
  ];
}

function drawAges({ settings, consumer, bulk_consumer, counts, history }: StreamRowsProps) {
  const age = ({ handler }: Pick<Consumer, 'handler'>, label: string) =>
    handler.metric('IteratorAge', { statistic: 'max', label });
  const { within_seconds } = settings.objectives.live_records_current;
  return drawGraph(
    'Age of the oldest record that waits, ms',
    [
      age(consumer, 'live'),
      age(bulk_consumer, 'bulk'),
      age(counts, 'counts'),
      age(history, 'history and alerts'),
    ],
    { leftAnnotations: [{ value: within_seconds * 1_000, label: 'objective of live records' }] },
  );
}

/**
 * Lists the shards from the log lines of the consumers. Kinesis has metrics of shards too, but each costs as much
 * as a metric of one's own.
 */
function listShards(consumers: Consumer[]): cloudwatch.LogQueryWidget {
  return new cloudwatch.LogQueryWidget({
    title: 'Shards that lag most, from the log',
    logGroupNames: consumers.map(({ handler }) => handler.logGroup.logGroupName),
    view: cloudwatch.LogQueryVisualizationType.TABLE,
    queryLines: [
      'filter message = "batch processed"',
      'stats max(iterator_age_ms) as lag_ms, sum(records_in) as records, sum(failed) as failures by @log, shard_id',
      'sort lag_ms desc',
      'limit 20',
    ],
    width: (COLUMNS / 3) * 2,
    height: 6,
  });
}

/** Returns a metric that both consumers publish. See processors/stream/measures.ts. */
export function consumerMetric(
  { environment }: Settings,
  name: string,
  statistic: string = SUM,
): cloudwatch.Metric {
  const label = statistic === SUM || statistic === MAXIMUM ? name : `${name} ${statistic}`;
  const dimensions = { service: 'consumer', environment };
  return createMetric('AuraStream', name, statistic, dimensions).with({ label });
}

const streamMetric = (stream: kinesis.CfnStream, name: string, label: string) =>
  createMetric('AWS/Kinesis', name, SUM, { StreamName: stream.ref }).with({ label });

const givenUp = ({ mapping_id }: Consumer, label: string) =>
  createMetric('AWS/Lambda', 'OnFailureDestinationDeliveredEventCount', SUM, {
    EventSourceMappingUUID: mapping_id,
  }).with({ label });
