import type { Settings } from '../../settings.ts';
import type { Api } from '../api.ts';
import { FIVE_MINUTES, type Watch } from './watch.ts';

/** Returns the alarms on the HTTP API. */
export function apiWatches({
  settings,
  api,
}: {
  settings: Settings;
  api: Api;
}): Record<string, Watch> {
  return {
    ApiFails: {
      metric: api.rest_api.metricServerError({ period: FIVE_MINUTES }),
      threshold: 5,
      meaning: 'The API responds with 5xx.',
    },
    // The metric `Latency` of API Gateway would count downloads too, which take minutes.
    ApiIsSlow: {
      metric: api.handler.metricDuration({ statistic: 'p99', period: FIVE_MINUTES }),
      threshold: settings.alarms.api_latency_ms,
      periods: 3,
      meaning: 'One in a hundred requests to the API takes too long.',
    },
    ApiIsThrottled: {
      metric: api.handler.metricThrottles({ period: FIVE_MINUTES }),
      threshold: 0,
      periods: 3,
      meaning: 'Lambda does not start the API: the concurrency is used up.',
    },
    DownloadsFail: {
      metric: api.download.metricErrors({ period: FIVE_MINUTES }),
      threshold: 0,
      periods: 3,
      meaning: 'Downloads of results break off.',
    },
    DownloadsAreThrottled: {
      metric: api.download.metricThrottles({ period: FIVE_MINUTES }),
      threshold: 0,
      periods: 3,
      meaning: 'Lambda does not start downloads: the concurrency is used up.',
    },
  };
}
