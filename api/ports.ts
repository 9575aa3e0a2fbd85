import type { z } from 'zod';
import type {
  ErasureState,
  ExportState,
  overviewQuerySchema,
  PrivacyMessage,
  PrivacyRequest,
  RESULT_ORDERS,
  RecordIdentity,
  Result,
  ResultsResponse,
  resultsQuerySchema,
  statsQuerySchema,
} from '../schemas/index.ts';

/** Query for the statistics of one tenant. */
export type StatsQuery = z.output<typeof statsQuerySchema> & { tenant: string };

/** Query for the overview of one tenant. */
export type OverviewQuery = z.output<typeof overviewQuerySchema> & { tenant: string };

/** One object that a caller without AWS credentials may upload. */
export interface Upload {
  key: string;
  content_type: string;
  /** Size of the object. S3 refuses an upload of any other size. */
  size_bytes: number;
  /** Longest lifetime of the signatures. */
  ttl_seconds: number;
}

interface SignedUpload {
  /** Takes the object with PUT. */
  url: string;
  /** Takes the object with POST, as a form with these fields and the file after them. */
  form: { url: string; fields: Record<string, string> };
  /** Until this time, in ISO 8601, the URL and the form are valid for certain. */
  expires_at: string;
}

/**
 * Signs an upload.
 *
 * @throws {ServiceError} if a service fails.
 */
export type SignUpload = (upload: Upload) => Promise<SignedUpload>;

/** Query for results of one tenant. Absent fields match every result. */
export interface ResultsQuery
  extends Partial<
    Pick<z.output<typeof resultsQuerySchema>, 'source' | 'status' | 'sentiment' | 'language'>
  > {
  tenant: string;
  /** The time that orders the results, and that `from` and `to` are about. */
  order: (typeof RESULT_ORDERS)[number];
  /** Earliest time of the results, inclusive, in ISO 8601. */
  from?: string | undefined;
  /** Latest time of the results, exclusive, in ISO 8601. */
  to?: string | undefined;
  /** True if the results have their texts, authors, URLs and attributes. */
  has_texts?: boolean;
  /** True if withdrawn records are listed, too. They are also listed if `status` asks for them. */
  has_withdrawn?: boolean;
  limit: number;
  /** Position from an earlier page of the same query. The requested page starts after it. */
  after?: string | undefined;
}

export interface ResultsPage {
  results: ResultsResponse['results'];
  /** Position of the next page. The last page has no such position. */
  next?: string;
  /**
   * Time down to which the results were searched. It is set only if the page is not full because
   * the search would have taken too long.
   */
  searched_until?: string;
}

/** URLs that return objects to callers without AWS credentials. */
interface SignedDownloads {
  /** One for each key, in their order. */
  urls: string[];
  /** Until this time, in ISO 8601, the URLs are valid for certain. */
  expires_at: string;
}

/**
 * Signs downloads of files of exports.
 *
 * @throws {ServiceError} if a service fails.
 */
export type SignDownloads = (keys: string[]) => Promise<SignedDownloads>;

/** Requests for erasures and exports. Each method throws a {@link ServiceError} if its service fails. */
export interface PrivacyRequests {
  put(request: PrivacyRequest): Promise<void>;
  /** Returns undefined if the tenant has no such request. */
  get(tenant: string, request_id: string): Promise<PrivacyRequest | undefined>;
  /** Returns how far an erasure is. Undefined if it has not begun. */
  readErasure(erasure_id: string): Promise<ErasureState | undefined>;
  /** Returns how far an export is. Undefined if it has not begun. */
  readExport(tenant: string, export_id: string): Promise<ExportState | undefined>;
  /**
   * Returns when an erasure last deleted the files of all exports of a tenant, in epoch milliseconds.
   * Undefined if none has.
   */
  readErasedAt(tenant: string): Promise<number | undefined>;
  /** Hands a request to the function that does it. */
  send(message: PrivacyMessage): Promise<void>;
}

/** Reads results from the table. Each method throws a {@link ServiceError} if the table fails. */
export interface ResultsReader {
  get(record: RecordIdentity): Promise<Result | undefined>;
  /**
   * Returns the results of the given records. If a record has no result, the map has no entry for
   * the record. The function `recordKey` builds the map's keys.
   */
  getMany(records: RecordIdentity[]): Promise<Map<string, Result>>;
  /**
   * Returns a page of results, newest first.
   *
   * @throws {RangeError} if the position `after` is malformed.
   */
  list(query: ResultsQuery): Promise<ResultsPage>;
}
