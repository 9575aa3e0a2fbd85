import {
  aws_cloudwatch as cloudwatch,
  aws_dynamodb as dynamodb,
  aws_lambda as lambda,
  type Stack,
  aws_sqs as sqs,
} from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Settings } from '../../settings.ts';
import { createMetric } from '../alarms/watch.ts';
import type { Lake } from '../lake.ts';
import { drawGraph, drawTroubles, writeHeading } from './widgets.ts';

interface ResourceRowsProps {
  stack: Stack;
  settings: Settings;
  lake: Lake;
}

/** Shows errors and throttles of every function, table and queue of the stack, and of the lake. */
export function resourceRows({ stack, settings, lake }: ResourceRowsProps): cloudwatch.IWidget[][] {
  const resources = stack.node.findAll();
  const functions = resources.filter((found) => found instanceof lambda.Function);
  const tables = resources.filter((found) => found instanceof dynamodb.Table);
  const queues = resources.filter((found) => found instanceof sqs.Queue);
  return [
    [writeHeading('## Functions, tables, queues and the lake')],
    [
      drawTroubles(
        'Errors of functions',
        functions.map((each) => each.metricErrors({ label: labelOf(each) })),
      ),
      drawTroubles(
        'Throttles of functions',
        functions.map((each) => each.metricThrottles({ label: labelOf(each) })),
      ),
      drawTroubles('Throttled reads and writes of tables', tables.flatMap(throttlesOf)),
    ],
    [
      drawTroubles(
        'Messages that failed five times',
        queues.filter(isDeadLetters).map((each) =>
          each.metricApproximateNumberOfMessagesVisible({
            statistic: 'max',
            label: labelOf(each),
          }),
        ),
      ),
      drawTroubles(
        'Age of the oldest message, s',
        queues
          .filter((each) => !isDeadLetters(each))
          .map((each) =>
            each.metricApproximateAgeOfOldestMessage({ statistic: 'max', label: labelOf(each) }),
          ),
      ),
      drawLake(settings, lake),
    ],
  ];
}

/** Returns the path of a resource in the stack, such as `Jobs/Submission`. */
const labelOf = ({ node }: IConstruct) => node.path.split('/').slice(1).join('/');

const isDeadLetters = ({ node }: sqs.Queue) => node.id.endsWith('DeadLetters');

function throttlesOf(table: dynamodb.Table): cloudwatch.IMetric[] {
  return ['WriteThrottleEvents', 'ReadThrottleEvents'].map((name) =>
    table.metric(name, {
      statistic: 'Sum',
      dimensionsMap: { TableName: table.tableName },
      label: `${labelOf(table)} ${name.startsWith('Write') ? 'writes' : 'reads'}`,
    }),
  );
}

function drawLake({ environment }: Settings, { delivery_stream }: Lake): cloudwatch.GraphWidget {
  const { MAXIMUM, SUM, MINIMUM } = cloudwatch.Stats;
  const firehose = (name: string, statistic: string, label: string) =>
    createMetric('AWS/Firehose', name, statistic, {
      DeliveryStreamName: delivery_stream.ref,
    }).with({ label });
  const keeper = createMetric('AuraStream', 'lake_pending_seconds', MAXIMUM, {
    ...{ service: 'keeper', environment },
  });
  return drawGraph(
    'The lake: what waits, s; deliveries and throttles of Firehose',
    [
      firehose('DeliveryToS3.DataFreshness', MAXIMUM, 'waits in Firehose'),
      keeper.with({ label: 'waits to be merged' }),
    ],
    {
      right: [
        firehose('DeliveryToS3.Success', MINIMUM, 'share of successful deliveries'),
        firehose('ThrottledRecords', SUM, 'records that Firehose throttled'),
      ],
    },
  );
}
