import type { UploadForm } from './upload-form.ts';

/** The caller that signed an AWS call. The access key identifies the caller. */
export interface Caller {
  access_key_id: string;
  /**
   * Logical id of the role whose policies apply to the call. If the field is absent, the caller is
   * the account's owner. The owner may make every call.
   */
  role_logical_id?: string;
  /**
   * The caller's name in messages and in the meter. The name is a function's logical id or `owner`.
   */
  name: string;
}

/** A caller with the secret that signs the caller's requests. */
export interface Identity {
  caller: Caller;
  secret_access_key: string;
  /** The token that requests with temporary credentials must contain. */
  session_token?: string;
  /** The time at which temporary credentials expire, in epoch milliseconds. */
  expires_at?: number;
}

/** One AWS call as the gateway received it, with the whole body of the request. */
export interface AwsCall {
  /**
   * The service's name in SigV4 signatures, which is `kinesis`, `dynamodb`, `s3`, `firehose`,
   * `comprehend`, `athena` or `cloudformation`.
   */
  service: string;
  /** The API action, such as `PutRecords` or `GetObject`. */
  action: string;
  caller: Caller;
  method: string;
  /** The path of the URL, percent-encoded as the client sent it. */
  path: string;
  query: URLSearchParams;
  /** The HTTP headers by their lower-case names. */
  headers: Record<string, string>;
  body: Buffer;
  /** The form in the body, if a browser form uploads a file to S3. */
  form?: UploadForm;
}

export interface AwsReply {
  status: number;
  headers: Record<string, string>;
  body: Buffer | string;
  /**
   * Parts of the body that are sent as they arise. The body itself is then empty. If the client
   * closes the connection, the iterator's `return` is called.
   */
  stream?: AsyncIterable<Uint8Array>;
}

/**
 * One IAM permission that a call needs. A call may need several permissions and is refused if the
 * caller lacks one permission.
 */
export interface Permission {
  /** The IAM action, such as `kinesis:PutRecords`. */
  action: string;
  /**
   * Full ARN of the resource. The value is `*` if the service has no resource-level permission for
   * the action.
   */
  resource: string;
  /** Values of the condition keys that belong to this permission. The keys are in lower case. */
  context?: Record<string, string>;
}

/**
 * Amounts that a call used. The keys are the names of the units. The meter adds up the amounts
 * separately for each service, action and caller.
 */
export type Usage = Record<string, number>;

/** An emulated AWS service behind the gateway. */
export interface AwsService {
  service: string;
  /** Returns the API action of a request to this service. */
  actionOf(request: Omit<AwsCall, 'action' | 'caller'>): string;
  /** Returns the permissions that AWS requires of the caller for this call. */
  permissionsOf(call: AwsCall): Permission[];
  /**
   * Answers the call. The function does not throw an error of the service, but returns a reply in
   * the service's wire format.
   */
  handle(call: AwsCall): Promise<AwsReply>;
  /**
   * Returns the units that the service bills or counts for an answered call. For example:
   * `{documents: 25, billed_units: 75}`. The numbers of calls and bytes are not included.
   */
  usageOf?(call: AwsCall, reply: AwsReply): Usage;
  /**
   * Builds an error reply in the service's wire format. The gateway calls this function if the
   * gateway denies access or injects a fault.
   */
  errorReply(status: number, code: string, message: string): AwsReply;
  /**
   * Returns true if the requested resource has a CORS rule for the origin of the request, as a
   * bucket of S3 may have. The gateway refuses all other requests from pages of other origins.
   */
  hasCorsRule?(request: Pick<AwsCall, 'method' | 'path' | 'headers'>): boolean;
  /**
   * Answers the preflight request of a browser, which is not signed. The function is absent for a
   * service that answers no preflight requests.
   */
  answerPreflight?(request: Pick<AwsCall, 'method' | 'path' | 'headers'>): AwsReply;
  close(): Promise<void>;
}

/**
 * The account that owns every emulated resource.
 *
 * @example
 * const arn = `arn:aws:kinesis:${REGION}:${ACCOUNT_ID}:stream/texts`;
 */
export const ACCOUNT_ID = '000000000000';
/**
 * The region of every emulated resource.
 *
 * @example
 * const client = new KinesisClient({ endpoint: cloud.endpoint, region: REGION });
 */
export const REGION = 'us-east-1';
