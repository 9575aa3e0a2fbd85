/** The exports of `aurastream/schemas` in the npm package. Other exports of this folder are internal. */
export type { AlertEvent } from './alert.ts';
export type { Incident } from './alert-traffic.ts';
export { signCallback } from './callback-secret.ts';
export type { Digest } from './digest.ts';
export type { HistoryVersion } from './history.ts';
export type { AlertTestResponse, AlertView } from './http/alerts.ts';
export type { BudgetResponse } from './http/budget.ts';
export type { DigestHistoryResponse, DigestPreview, DigestView } from './http/digests.ts';
export type { ErrorCode, ErrorResponse } from './http/errors.ts';
export type { HealthResponse, ReadyResponse } from './http/health.ts';
export type { HistoryResponse } from './http/history.ts';
export {
  type AsyncResponse,
  type CallbackBody,
  callbackBodySchema,
  type JobResult,
  type JobsResponse,
  type JobView,
  type StatusResponse,
} from './http/jobs.ts';
export type { RecordsResponse } from './http/records.ts';
export type { ResultsQueryInput, ResultsResponse } from './http/results.ts';
export type {
  SetAsideCountsResponse,
  SetAsideReplayResponse,
  SetAsidesResponse,
  SetAsideView,
} from './http/set-asides.ts';
export type { OverviewResponse, StatsResponse } from './http/stats.ts';
export type { BatchResponse, SyncResponse } from './http/sync.ts';
export type { Issue } from './issues.ts';
export { isFinal, JOB_STATUSES, type JobStatus } from './job-status.ts';
export { SENTIMENT_LANGUAGES, type SentimentLanguage } from './language.ts';
export { MAX_TEXT_BYTES, type RecordInput, recordSchema, type StreamRecord } from './record.ts';
export { type Result, resultSchema } from './result.ts';
export { ServiceError } from './service-error.ts';
export { SENTIMENTS, type Sentiment } from './verdict.ts';
