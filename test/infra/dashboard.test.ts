import { beforeAll, expect, it } from 'vitest';
import { batchMetrics } from '../../processors/stream/measures.ts';
import { listResources, type Properties, synthesize } from '../support/template.ts';

interface Widget {
  type: string;
  x: number;
  y: number;
  width: number;
  height: number;
  properties: Properties;
}

let body: { widgets: Widget[] };
let text: string;
beforeAll(() => {
  const [dashboard] = Object.values(listResources(synthesize(), 'AWS::CloudWatch::Dashboard'));
  text = dashboard?.DashboardBody;
  body = JSON.parse(text);
});

const widgetsOf = (type: string) => body.widgets.filter((widget) => widget.type === type);
const idsOf = (type: string) => Object.keys(listResources(synthesize(), type));

/** Lists namespace and name of each metric of the dashboard. */
function listShown(): string[] {
  const metrics = widgetsOf('metric').flatMap(
    ({ properties }) => properties.metrics as unknown[][],
  );
  const named = metrics.filter(([namespace]) => typeof namespace === 'string');
  return [...new Set(named.map(([namespace, name]) => `${namespace} ${name}`))];
}

it('the dashboard starts with the state of each alarm that publishes, those on objectives first', () => {
  const [alarms] = widgetsOf('alarm');
  expect(body.widgets.indexOf(alarms as Widget)).toBe(1);
  const publishing = [
    ...idsOf('AWS::CloudWatch::CompositeAlarm'),
    ...idsOf('AWS::CloudWatch::Alarm').filter((id) => id.startsWith('Alarms')),
  ];
  expect(alarms?.properties.alarms).toEqual(publishing.map((id) => `${id}.Arn`));
});

it('the dashboard shows records, lag, analysis, cost, API, tables, queues and the lake', () => {
  expect(listShown()).toEqual(
    expect.arrayContaining([
      'AWS/Kinesis IncomingRecords',
      'AWS/Kinesis WriteProvisionedThroughputExceeded',
      'AWS/Lambda IteratorAge',
      'AWS/Lambda OnFailureDestinationDeliveredEventCount',
      ...['results', 'set_asides', 'over_budget', 'failed', 'analyzer_calls', 'analyzer_documents']
        .concat(['analyzer_units', 'analyzer_throttles', 'quota_refused', 'end_to_end_ms'])
        .map((name) => `AuraStream ${name}`),
      'AWS/ApiGateway 5XXError',
      'AWS/ApiGateway 4XXError',
      'AWS/Lambda Duration',
      'AWS/Lambda Errors',
      'AWS/DynamoDB WriteThrottleEvents',
      'AWS/DynamoDB ReadThrottleEvents',
      'AWS/SQS ApproximateAgeOfOldestMessage',
      'AWS/SQS ApproximateNumberOfMessagesVisible',
      'AWS/Firehose DeliveryToS3.DataFreshness',
      'AWS/Firehose DeliveryToS3.Success',
    ]),
  );
});

it('each metric of the consumer that the dashboard shows is one that the consumer publishes', () => {
  const published = Object.keys(
    batchMetrics({
      reasons: {},
      misfits: {},
      analysis: { hits: {} },
      quota: { quota_refused: 0, quota_waited_ms: 0, quota_calls_per_second: 0 },
      engine: { breaker_open: 0, breaker_spared: 0 },
    } as never),
  );
  const shown = listShown().flatMap((metric) => /^AuraStream (.*)$/.exec(metric)?.[1] ?? []);
  expect(shown.filter((name) => !published.includes(name))).toEqual(['lake_pending_seconds']);
});

it.each([
  'AWS::Lambda::Function',
  'AWS::DynamoDB::Table',
  'AWS::SQS::Queue',
  'AWS::Kinesis::Stream',
])('the dashboard has each %s of the stack', (type) => {
  const ids = idsOf(type);
  expect(ids).not.toEqual([]);
  for (const id of ids) expect(text).toMatch(new RegExp(`"${id}(\\.QueueName)?"`));
});

it('the lag of each shard and the routes of the API come from the logs that hold them', () => {
  const [shards, routes] = widgetsOf('log').map(({ properties }) => properties.query as string);
  expect(shards).toContain("SOURCE 'ConsumerHandlerLogs' | SOURCE 'BulkConsumerHandlerLogs'");
  expect(shards).toContain('stats max(iterator_age_ms) as lag_ms');
  expect(routes).toContain("SOURCE 'ApiHandlerLogs'");
});

// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
it('the dashboard keeps the limits of CloudWatch, and no widget covers another', () => {
  expect(body.widgets.length).toBeLessThanOrEqual(500);
  for (const { properties } of widgetsOf('alarm')) {
    expect(properties.alarms.length).toBeLessThanOrEqual(100);
  }
  const taken = new Set<string>();
  for (const { x, y, width, height } of body.widgets) {
    expect(x + width).toBeLessThanOrEqual(24);
    for (let column = x; column < x + width; column += 1) {
      for (let row = y; row < y + height; row += 1) {
        expect(taken.has(`${column}/${row}`)).toBe(false);
        taken.add(`${column}/${row}`);
      }
    }
  }
});
