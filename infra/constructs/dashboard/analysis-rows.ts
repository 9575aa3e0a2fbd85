import { COMPREHEND_USD_PER_UNIT } from '@aurastream/cost-model';
import { aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';
import type { Settings } from '../../settings.ts';
import { consumerMetric } from './stream-rows.ts';
import { drawGraph, FIVE_MINUTES, showNumbers, writeHeading } from './widgets.ts';

/** Shows what the analysis costs, how full its calls are, and what slows it down. */
export function analysisRows({ settings }: { settings: Settings }): cloudwatch.IWidget[][] {
  const metric = (name: string, statistic?: string) => consumerMetric(settings, name, statistic);
  const tiers = ['cache_hits_batch', 'cache_hits_memory', 'cache_hits_table', 'cache_misses'];
  return [
    [writeHeading('## Analysis')],
    [
      showNumbers('Comprehend in the shown time, at the first price', [usd(settings)]),
      showNumbers('Documents in a call, of 25', [fill(settings)]),
      showNumbers('Verdicts from a cache, in percent', [hitRate(settings)]),
    ],
    [
      drawGraph(
        'Verdicts from',
        tiers.map((name) => metric(name)),
        { stacked: true },
      ),
      drawGraph('Calls and documents', [metric('analyzer_calls')], {
        right: [metric('analyzer_documents')],
      }),
      drawGraph('Comprehend, USD an hour at the first price', [usdPerHour(settings)]),
    ],
    [
      drawGraph('Throttles and refusals of the quota', [
        metric('analyzer_throttles'),
        metric('quota_refused'),
        metric('breaker_spared'),
      ]),
      drawGraph(
        'Shared quota, calls a second',
        [metric('quota_calls_per_second', cloudwatch.Stats.MAXIMUM)],
        { right: [metric('quota_waited_ms')] },
      ),
      drawGraph('Errors of cache, ledger and positions', [
        metric('cache_errors'),
        metric('ledger_errors'),
        metric('position_errors'),
        metric('breaker_open', cloudwatch.Stats.MAXIMUM),
      ]),
    ],
  ];
}

/** A month of more units has a lower price, which the metrics of a shorter time cannot tell. */
function usd(settings: Settings): cloudwatch.MathExpression {
  return new cloudwatch.MathExpression({
    expression: `units * ${COMPREHEND_USD_PER_UNIT}`,
    usingMetrics: { units: consumerMetric(settings, 'analyzer_units') },
    label: 'USD',
    period: Duration.days(1),
  });
}

function usdPerHour(settings: Settings): cloudwatch.MathExpression {
  return new cloudwatch.MathExpression({
    expression: `units * ${COMPREHEND_USD_PER_UNIT} * 3600 / PERIOD(units)`,
    usingMetrics: { units: consumerMetric(settings, 'analyzer_units') },
    label: 'USD an hour',
    period: FIVE_MINUTES,
  });
}

function fill(settings: Settings): cloudwatch.MathExpression {
  return new cloudwatch.MathExpression({
    expression: 'documents / calls',
    usingMetrics: {
      documents: consumerMetric(settings, 'analyzer_documents'),
      calls: consumerMetric(settings, 'analyzer_calls'),
    },
    label: 'documents in a call',
    period: Duration.days(1),
  });
}

function hitRate(settings: Settings): cloudwatch.MathExpression {
  const metric = (name: string) => consumerMetric(settings, name);
  return new cloudwatch.MathExpression({
    expression: '100 * (batch + memory + cached) / (batch + memory + cached + misses)',
    usingMetrics: {
      batch: metric('cache_hits_batch'),
      memory: metric('cache_hits_memory'),
      cached: metric('cache_hits_table'),
      misses: metric('cache_misses'),
    },
    label: 'verdicts from a cache, in percent',
    period: Duration.days(1),
  });
}
