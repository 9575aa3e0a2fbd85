import type { ReadBudget } from '../budgets/read-budget.ts';
import type { RecordStream, TextClaimStore } from '../ingest/ports.ts';
import type { JobInputs } from '../ingest/submission/ports.ts';
import type {
  AlertEvents,
  AlertQueue,
  AlertRules,
  Incidents,
  TrafficStates,
} from '../insight/alerts/ports.ts';
import type { ComputeDigest } from '../insight/digests/compute.ts';
import type { Digests } from '../insight/digests/ports.ts';
import type { ReadHistory } from '../insight/history/read.ts';
import type { JobStore, RecordLists, ThroughputSample } from '../jobs/ports.ts';
import type { AnalysisOutcome, AnalysisRequest } from '../processors/analysis/outcome.ts';
import type { SearchText } from '../processors/privacy/search-text.ts';
import type {
  ErrorCode,
  OverviewResponse,
  ReadyResponse,
  StatsResponse,
} from '../schemas/index.ts';
import type { DownloadLimits } from './download/limits.ts';
import type { ApiBindings } from './http/env.ts';
import type { RecordedRead } from './http/record-reads.ts';
import type {
  OverviewQuery,
  PrivacyRequests,
  ResultsReader,
  SignDownloads,
  SignUpload,
  StatsQuery,
} from './ports.ts';

import type { TenantSetAsides } from './set-asides/ports.ts';
import type { ReplayOne } from './set-asides/replay.ts';

/** Log entry about one request and the answer. The entry contains no text from the caller. */
export interface RequestReport {
  request_id: string;
  /**
   * Path of the route in OpenAPI's notation, or `unknown` if no route has the path of the request.
   */
  route: string;
  method: string;
  status: number;
  duration_ms: number;
  error_code?: ErrorCode;
}

/** Log entry about a download that has ended. */
export interface DownloadReport {
  request_id: string;
  rows: number;
  /** Bytes of the body, after compression. */
  bytes: number;
  duration_ms: number;
  /** Whether the body was cut off, because of an error or because the caller has gone. */
  is_cut_off: boolean;
}

interface ApiSettings {
  deadline_seconds: number;
  retention_seconds: number;
  upload_url_ttl_seconds: number;
  /** Largest file that a caller may upload. */
  max_upload_bytes: number;
  /** Number of documents that the analyzer's quota allows per second. Estimates use this number. */
  documents_per_second: number;
  allow_loopback_callbacks: boolean;
  /** Origins whose web pages may read the answers. The entry `*` stands for every origin. */
  cors_origins: string[];
  serves_docs: boolean;
  serves_dashboard: boolean;
}

/** Dependencies of each app, whatever its routes are. */
export interface AppDeps
  extends Pick<ApiDeps, 'now' | 'request_id' | 'record_read' | 'on_answer' | 'on_error'> {
  settings: Pick<ApiSettings, 'cors_origins'>;
}

export interface ApiDeps {
  /** Analyses the texts of the requests. The outcomes are in the order of the requests. */
  analyse: (requests: AnalysisRequest[]) => Promise<AnalysisOutcome[]>;
  /** Finds the personal data of a text, and masks it as the policy of the tenant says. */
  searchText: SearchText;
  /** Reads how much of its budget a tenant has used. The answer may be five seconds old. */
  read_budget: ReadBudget;
  /** Codes of the languages that the analyzer supports. */
  languages: readonly string[];
  jobs: JobStore;
  inputs: Pick<JobInputs, 'put'>;
  record_lists: Pick<RecordLists, 'get'>;
  sign_upload: SignUpload;
  sign_downloads: SignDownloads;
  stream: RecordStream;
  claims: TextClaimStore;
  results: ResultsReader;
  read_history: ReadHistory;
  alerts: AlertRules;
  alert_events: Pick<AlertEvents, 'create' | 'list'>;
  alert_queue: AlertQueue;
  digests: Digests;
  computeDigest: ComputeDigest;
  alert_states: Pick<TrafficStates, 'list' | 'delete'>;
  incidents: Pick<Incidents, 'list'>;
  set_asides: TenantSetAsides;
  replay_set_aside: ReplayOne;
  /** Counts the batches that Lambda has stopped retrying. The count may be ten seconds old. */
  count_failed_batches: () => Promise<number>;
  privacy: PrivacyRequests;
  /** Returns the last throughput sample of each shard. The samples may be cached for 10 seconds. */
  throughput_samples: () => Promise<ThroughputSample[]>;
  stats: (query: StatsQuery) => Promise<StatsResponse>;
  overview: (query: OverviewQuery) => Promise<OverviewResponse>;
  ready: () => Promise<ReadyResponse>;
  settings: ApiSettings;
  /** Limits of one response of a download. */
  download_limits: DownloadLimits;
  /** Returns 32 random characters that cannot be guessed. */
  random_id: () => string;
  /** Returns the current time, in milliseconds since 1970. */
  now: () => number;
  version: string;
  /**
   * Folder with the files of Swagger UI. If the folder is absent, the docs page is a plain list.
   */
  docs_folder?: string;
  /** Folder with the built files of the dashboard. If the folder is absent, there is none. */
  dashboard_folder?: string;
  /** Origin to which web pages upload the files of jobs, such as `https://bucket.example`. */
  upload_origin: string;
  /**
   * Returns the request's id, which the answer's headers, error bodies and log messages contain.
   */
  request_id: (bindings: ApiBindings) => string;
  /** Hands a read of stored texts to the audit trail. Without it, the texts are not sent. */
  record_read: (read: RecordedRead) => Promise<void>;
  on_answer?: (report: RequestReport) => void;
  on_download?: (report: DownloadReport) => void;
  /** Reports a bug in the API. Mistakes of the caller and failed AWS calls are not bugs. */
  on_error?: (error: unknown, request_id: string) => void;
}
