import { aws_cloudwatch as cloudwatch } from 'aws-cdk-lib';
import type { Settings } from '../../settings.ts';
import type { Api } from '../api.ts';
import { type BadRequests, requestErrors, slowRequests } from '../slos/objectives.ts';
import { COLUMNS, drawGraph, FIVE_MINUTES, writeHeading } from './widgets.ts';

interface ApiRowsProps {
  settings: Settings;
  api: Api;
}

/** Shows how many requests the API answers, how fast, and which routes fail or are slow. */
export function apiRows({ settings, api }: ApiRowsProps): cloudwatch.IWidget[][] {
  const { rest_api, handler, download } = api;
  const { api_available, api_fast } = settings.objectives;
  const errors = requestErrors(api);
  const slow = slowRequests(api, api_fast.within_ms);
  return [
    [writeHeading('## API')],
    [
      drawGraph('Requests', [rest_api.metricCount({ label: 'requests' })], {
        right: [
          rest_api.metricClientError({ label: '4xx', statistic: 'Sum' }),
          rest_api.metricServerError({ label: '5xx', statistic: 'Sum' }),
        ],
      }),
      drawGraph('Duration without downloads, ms', [
        handler.metricDuration({ statistic: 'p50', label: 'p50' }),
        handler.metricDuration({ statistic: 'p99', label: 'p99' }),
      ]),
      drawGraph('Duration of downloads, ms', [
        download.metricDuration({ statistic: 'p50', label: 'p50' }),
        download.metricDuration({ statistic: 'p99', label: 'p99' }),
      ]),
    ],
    [
      drawShare('Requests with 5xx, percent', errors, api_available.percent),
      drawShare(`Requests over ${api_fast.within_ms} ms, percent`, slow, api_fast.percent),
      listRoutes(api),
    ],
  ];
}

/** Draws the share of bad requests beside the share that spends an error budget in exactly 30 days. */
function drawShare(title: string, { share, share_metrics }: BadRequests, objective: number) {
  const metric = new cloudwatch.MathExpression({
    expression: share,
    usingMetrics: share_metrics,
    label: 'bad requests, percent',
    period: FIVE_MINUTES,
  });
  const value = Number((100 - objective).toFixed(6));
  return drawGraph(title, [metric], { leftAnnotations: [{ value, label: 'objective' }] });
}

function listRoutes({ handler }: Api): cloudwatch.LogQueryWidget {
  return new cloudwatch.LogQueryWidget({
    title: 'Routes that fail or take longest, from the log',
    logGroupNames: [handler.logGroup.logGroupName],
    view: cloudwatch.LogQueryVisualizationType.TABLE,
    queryLines: [
      'filter message = "request answered"',
      'stats count(*) as requests, pct(duration_ms, 99) as p99_ms by status, method, route',
      'sort status desc, p99_ms desc',
      'limit 20',
    ],
    width: COLUMNS / 3,
    height: 6,
  });
}
