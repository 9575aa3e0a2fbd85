/** The signer of a call, identified by its access key. */
export interface Caller {
  access_key_id: string;
  /** The role of the template whose policies apply to the call; absent: the account's owner, who may do everything. */
  role_logical_id?: string;
  /** The caller's name in messages and in the meter: a function's logical id, or `owner`. */
  name: string;
}

/** One AWS call as it reached the gateway, with its whole body. */
export interface AwsCall {
  /** The service's SigV4 name: `kinesis`, `dynamodb`, `s3`, `firehose`, `comprehend`, `athena`, `cloudformation`. */
  service: string;
  /** The API action: `PutRecords`, `GetObject`. */
  action: string;
  caller: Caller;
  method: string;
  /** Percent-encoded, as on the wire. */
  path: string;
  query: URLSearchParams;
  /** Lower-case names. */
  headers: Record<string, string>;
  body: Buffer;
}

export interface AwsReply {
  status: number;
  headers: Record<string, string>;
  body: Buffer | string;
}

/** One IAM permission that a call needs. A call needs all of its permissions. */
export interface Permission {
  /** `kinesis:PutRecords` */
  action: string;
  /** A full ARN, or `*` if the service has no resource-level permission. */
  resource: string;
}

/** The units that a call used. The meter adds them up per service, action and caller. */
export type Usage = Record<string, number>;

/** An emulated AWS service behind the gateway. */
export interface AwsService {
  service: string;
  /** Names the action of a request that carries this service's name in its signature. */
  actionOf(request: Omit<AwsCall, 'action' | 'caller'>): string;
  /** The permissions that AWS requires of the caller for this call. */
  permissionsOf(call: AwsCall): Permission[];
  /** Answers the call. Errors of the service are replies in its wire form, never throws. */
  handle(call: AwsCall): Promise<AwsReply>;
  /** Billed or counted units of an answered call, besides calls and bytes, e.g. `{documents: 25, billed_units: 75}`. */
  usageOf?(call: AwsCall, reply: AwsReply): Usage;
  /** The wire form of an error that the gateway returns in the service's name: access denied, or an injected fault. */
  errorReply(status: number, code: string, message: string): AwsReply;
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
