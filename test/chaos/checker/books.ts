/** Expected end of one record. */
export interface RecordSpec {
  kind: 'record';
  tenant: string;
  source: string;
  /** Id that the producer gave. If absent, the product derives the id from the position. */
  record_id?: string | undefined;
  /** The version that the producer gave. */
  record_version?: number | undefined;
  text: string;
  /** Language that the producer gave. If absent, the product detects the language. */
  language?: string | undefined;
  status: 'analyzed' | 'unsupported_language' | 'empty' | 'withdrawn';
}

/** Expected end of bytes that are not a valid record. */
interface PoisonSpec {
  kind: 'poison';
  reason: string;
  /** The record that an operator puts back instead of the bytes. */
  repaired?: RecordSpec | undefined;
}

export type Spec = RecordSpec | PoisonSpec;

/** An entry that a producer sent to the stream, with the expected ends of its records. */
export interface PublishedEntry {
  specs: Spec[];
  /** Content of the entry on the stream. */
  bytes: Buffer;
  /** If true, each spec describes the sub-record with the same index. */
  is_aggregate: boolean;
  /** True if the stream or the API confirmed the entry to the producer. */
  acknowledged: boolean;
}

/** A job that a caller submitted. */
export interface JobBook {
  job_id: string;
  /** The text of each line of the input. A line that is not a valid record has no text. */
  texts: (string | undefined)[];
  has_callback: boolean;
  /** `upload_missing` means that the caller never uploads the input. */
  fate: 'complete' | 'cancel' | 'upload_missing';
  /** The API's last clear answer to the cancellation, if there was one. */
  cancellation?: 'accepted' | 'refused' | undefined;
  /** The progress that the API reported, in the order of the answers. */
  polls: { done: number; total: number }[];
}

/** A request that reached the receiver of callbacks. */
export interface Delivery {
  headers: Record<string, string | undefined>;
  body: string;
  /** HTTP status of the receiver's answer. Absent if the receiver closed the connection. */
  answered?: number | undefined;
}

/** A text that a caller asked the API to analyse. */
export interface AskedText {
  text: string;
  /** The language that the caller gave. If absent, the API detects the language. */
  language?: string | undefined;
  /** If present, the API must refuse the text with this code. */
  refusal?: string | undefined;
}

/** The API's answer to one request, as it came over the network. */
export interface Answer {
  status: number;
  body: unknown;
}

/** One request to the API, with its answer. The answer is absent if the connection was lost. */
export interface AnswerBook {
  route: 'sync' | 'batch' | 'records';
  /** The texts of an analysis, or the records of `POST /records`. */
  asked: AskedText[];
  answer?: Answer | undefined;
}

/** A replay that ended without an error. The times are in epoch milliseconds. */
export interface ReplayBook {
  from: number;
  to: number;
}

/** Everything that was sent during a storm, and every answer that came back. */
export interface Books {
  entries: PublishedEntry[];
  jobs: JobBook[];
  answers: AnswerBook[];
  deliveries: Delivery[];
  replay?: ReplayBook | undefined;
  /** The secret that signs the callbacks of the tenant `default`. */
  callback_secret: string;
}

/** The tenant of the API key that the callers use. Jobs belong to this tenant. */
export const CALLER_TENANT = 'default';
/** The source of the records of jobs whose request names none. */
export const JOB_SOURCE = 'api';
