import type { RecordStream, TextClaimStore } from '../ingest/ports.ts';
import type { JobInputs } from '../ingest/submission/ports.ts';
import type { JobStore, ThroughputSample } from '../jobs/ports.ts';
import type { AnalysisOutcome, AnalysisRequest } from '../processors/analysis/outcome.ts';
import type { ErrorCode, ReadyResponse, StatsResponse } from '../schemas/index.ts';
import type { ApiBindings } from './http/env.ts';
import type { ResultsReader, StatsQuery } from './ports.ts';

/** One request and its answer, for the log. It contains no text from the caller. */
export interface RequestReport {
  request_id: string;
  /** The route's path, or `unknown`. */
  route: string;
  method: string;
  status: number;
  duration_ms: number;
  error_code?: ErrorCode;
}

interface ApiSettings {
  deadline_seconds: number;
  retention_seconds: number;
  upload_url_ttl_seconds: number;
  /** The analyzer's quota, for estimates. */
  documents_per_second: number;
  allow_loopback_callbacks: boolean;
}

export interface ApiDeps {
  /** Returns the outcomes in the order of the requests. */
  analyse: (requests: AnalysisRequest[]) => Promise<AnalysisOutcome[]>;
  /** The languages that the analyzer supports. */
  languages: readonly string[];
  jobs: JobStore;
  inputs: JobInputs;
  stream: RecordStream;
  claims: TextClaimStore;
  results: ResultsReader;
  /** The last throughput sample of each shard, at most a few seconds old. */
  throughput_samples: () => Promise<ThroughputSample[]>;
  stats: (query: StatsQuery) => Promise<StatsResponse>;
  ready: () => Promise<ReadyResponse>;
  settings: ApiSettings;
  /** Returns 32 random characters that cannot be guessed. */
  random_id: () => string;
  /** Epoch milliseconds. */
  now: () => number;
  version: string;
  /** The folder with the viewer of the docs page. Without it the page is a plain list. */
  docs_folder?: string;
  /** Returns the id of the request for headers, bodies and logs. */
  request_id: (bindings: ApiBindings) => string;
  on_answer?: (report: RequestReport) => void;
  /** Called for errors that are bugs: neither the caller nor a service caused them. */
  on_error?: (error: unknown, request_id: string) => void;
}
