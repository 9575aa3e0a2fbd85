import { ServiceError } from '../schemas/index.ts';

/**
 * Error names with which AWS services ask for fewer calls. Comprehend's sync operations do not model theirs.
 * Source: @smithy/core retry, THROTTLING_ERROR_CODES.
 */
const THROTTLING = new Set([
  'ThrottlingException',
  'Throttling',
  'ThrottledException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'ProvisionedThroughputExceededException',
  'ProvisionedThroughputExceeded',
  'ThrottlingError',
  'LimitExceededException',
  'SlowDown',
]);

/** Whether an error name means "fewer calls, please". */
export function isThrottling(name: string): boolean {
  return THROTTLING.has(name);
}

interface SdkError {
  name?: string;
  $metadata?: { httpStatusCode?: number };
}

/**
 * Names what the SDK threw. A refusal of the request itself (4xx that is not a throttle) is final; all else,
 * a connection that broke included, may succeed later.
 */
export function serviceError(service: string, cause: unknown): ServiceError {
  const { name = 'UnknownError', $metadata } = (cause ?? {}) as SdkError;
  const status = $metadata?.httpStatusCode;
  const throttled = THROTTLING.has(name) || status === 429;
  const refused = status !== undefined && status >= 400 && status < 500 && !throttled;
  return new ServiceError(service, name, { retryable: !refused, throttled, cause });
}

/**
 * For every client of a function: the SDK by itself waits for ever on a connection that went silent, and a Lambda
 * function would wait with it until it is killed. Longer than any call of ours takes.
 */
export const PATIENCE = {
  connectionTimeout: 2_000,
  requestTimeout: 15_000,
  throwOnRequestTimeout: true,
} as const;

/**
 * A client without the step that prepares each call's input and output for a logger: it walks every value that goes
 * and comes even where nobody listens, a tenth of the consumer's CPU time, and no log of ours may hold a text.
 */
export function quiet<Client extends { middlewareStack: { remove(name: string): boolean } }>(
  client: Client,
): Client {
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}

/** Where a cloud is, said by hand: an embedded one that this process has started. */
export interface CloudAddress {
  endpoint: string;
  region: string;
  access_key_id: string;
  secret_access_key: string;
}

/** What a client needs to reach that cloud. */
export function clientConfig({ endpoint, region, access_key_id, secret_access_key }: CloudAddress) {
  const credentials = { accessKeyId: access_key_id, secretAccessKey: secret_access_key };
  return { endpoint, region, credentials };
}
