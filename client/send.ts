import { sleep as sleepByTimer } from '../lib/sleep.ts';
import type { ErrorResponse } from '../schemas/index.ts';
import { ApiError } from './errors.ts';

/**
 * The address of the API, and the options for sending requests to the API.
 *
 * @example
 * import { type ClientOptions, createClient } from 'aurastream/client';
 *
 * const options: ClientOptions = {
 *   base_url: 'https://api.example.com/v1',
 *   api_key: 'your-key',
 *   max_attempts: 3,
 * };
 * const client = createClient(options);
 */
export interface ClientOptions {
  /**
   * The output `ApiUrl` of the stack, which has the form
   * `https://….execute-api.….amazonaws.com/v1`.
   */
  base_url: string;
  api_key?: string;
  /** Function that sends the requests. By default the `fetch` of the platform. */
  fetch?: typeof fetch;
  /** Maximum number of times that a request is sent, including the first time. Default 5. */
  max_attempts?: number;
  /** Function that waits between two attempts. By default a function that uses a timer. */
  sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /**
   * Function that returns a number from 0 (inclusive) to 1 (exclusive), for the jitter. By default
   * `Math.random`.
   */
  random?: () => number;
}

export interface RequestOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: unknown;
  query?: Record<string, string | number | undefined>;
  signal?: AbortSignal | undefined;
}

export type Send = (path: string, options?: RequestOptions) => Promise<Response>;

export const DEFAULT_ATTEMPTS = 5;
const RETRYABLE = new Set([429, 502, 503, 504]);
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 20_000;

/**
 * Creates the function that sends requests. The function retries a failed request with backoff and
 * full jitter if a retry may succeed. If the response names a `Retry-After`, the function adds that
 * time to the pause. Retries are safe, because every request of this API is idempotent.
 *
 * @throws {ApiError} the error of the last attempt.
 */
export function createSend(options: ClientOptions): Send {
  const { max_attempts = DEFAULT_ATTEMPTS, sleep = sleepByTimer, random = Math.random } = options;
  return async (path, request = {}) => {
    for (let attempt = 1; ; attempt += 1) {
      const response = await sendOnce(options, path, request);
      if (response instanceof Response) return response;
      // A budget resets days later, so a retry would only wait.
      const is_over_budget = response.code === 'BUDGET_EXCEEDED';
      const is_retryable =
        !is_over_budget && (response.status === 0 || RETRYABLE.has(response.status));
      if (!is_retryable || attempt >= max_attempts) throw response;
      const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
      const retry_after_ms = (response.retry_after ?? 0) * 1_000;
      await sleep(retry_after_ms + random() * ceiling, request.signal);
    }
  };
}

async function sendOnce(
  options: ClientOptions,
  path: string,
  request: RequestOptions,
): Promise<Response | ApiError> {
  const send = options.fetch ?? fetch;
  try {
    const response = await send(urlOf(options, path, request), initOf(options, request));
    return response.ok ? response : await readError(response);
  } catch (cause) {
    if (request.signal?.aborted) throw cause;
    const message = `The API at ${options.base_url} did not answer: check the address and the network`;
    return new ApiError(0, message, { code: 'UNREACHABLE', cause });
  }
}

function urlOf({ base_url }: ClientOptions, path: string, { query = {} }: RequestOptions): URL {
  const url = new URL(`${base_url.replace(/\/$/, '')}${path}`);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

function initOf(
  { api_key }: ClientOptions,
  { method = 'GET', headers = {}, body, signal }: RequestOptions,
): RequestInit {
  return {
    method,
    headers: {
      accept: 'application/json',
      ...(api_key === undefined ? {} : { 'x-api-key': api_key }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    // Stryker disable next-line ConditionalExpression: fetch takes an undefined body for none
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    // Stryker disable next-line ConditionalExpression: fetch takes an undefined signal for none
    ...(signal === undefined ? {} : { signal }),
  };
}

async function readError(response: Response): Promise<ApiError> {
  const { status } = response;
  const body = (await response.json().catch(() => undefined)) as Partial<ErrorResponse> | undefined;
  const details: Partial<ErrorResponse['error']> = body?.error ?? {};
  const { code = 'UNKNOWN', message = `The API answered ${status}`, field, request_id } = details;
  const retry_after = parseRetryAfter(response.headers.get('retry-after')) ?? details.retry_after;
  return new ApiError(status, message, { code, field, retry_after, request_id });
}

/**
 * Returns the value of a `Retry-After` header in seconds. The header contains either a number of
 * seconds or a date. Source: RFC 9110, section 10.2.3.
 */
function parseRetryAfter(value: string | null): number | undefined {
  // Stryker disable next-line ConditionalExpression: null is neither a number nor a date
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - Date.now()) / 1_000));
}
