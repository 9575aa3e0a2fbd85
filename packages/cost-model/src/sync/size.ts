import { MEASURED } from '../assumptions.ts';
import { DOCUMENT_BYTES } from '../batch.ts';
import { computeTextBytes, type PlannedLoad, type SyncLoad } from '../load.ts';

/**
 * Requests per second that one execution environment takes. Lambda adds environments if there are
 * more, however short the requests are.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
 */
const REQUESTS_PER_ENVIRONMENT = 10;

/** The size of the synchronous API. */
export interface SyncSize {
  requests_per_second: number;
  burst_requests: number;
  /** Mean duration of a request in the function, in seconds. */
  request_seconds: number;
  /** Mean number of requests that the function processes at the same time. */
  concurrency: number;
  /** Number of execution environments that the mean load and a second of burst need. */
  environments: number;
  burst_environments: number;
  /** DetectSentiment calls per second, for the texts without a cached verdict. */
  calls_per_second: number;
  /** The same in the second of a burst. */
  burst_calls: number;
}

export function sizeSync(load: PlannedLoad, sync: SyncLoad): SyncSize {
  const { requests_per_second, burst_requests } = sync;
  const documents = Math.ceil(computeTextBytes(load) / DOCUMENT_BYTES);
  const miss_share = 1 - load.repeat_share;
  const request_seconds = MEASURED.sync_hit_seconds + miss_share * MEASURED.sync_miss_seconds;
  const countEnvironments = (rate: number) =>
    Math.ceil(Math.max(rate * request_seconds, rate / REQUESTS_PER_ENVIRONMENT));
  return {
    requests_per_second,
    burst_requests,
    request_seconds,
    concurrency: requests_per_second * request_seconds,
    environments: countEnvironments(requests_per_second),
    burst_environments: countEnvironments(Math.max(burst_requests, requests_per_second)),
    calls_per_second: requests_per_second * miss_share * documents,
    burst_calls: Math.max(burst_requests, requests_per_second) * miss_share * documents,
  };
}
