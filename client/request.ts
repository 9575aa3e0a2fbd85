import { backoffDelay } from '../lib/backoff.ts';
import { sleep as sleepFor } from '../lib/sleep.ts';
import type { ErrorResponse } from '../schemas/index.ts';

/** What the API, or the network, said no with. */
export class ApiError extends Error {
  override name = 'ApiError';
  /** HTTP status; 0 where there was no answer. */
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;
  /** Seconds. */
  readonly retry_after: number | undefined;
  readonly request_id: string | undefined;

  constructor(
    status: number,
    message: string,
    said: {
      code: string;
      field?: string | undefined;
      retry_after?: number | undefined;
      request_id?: string | undefined;
      cause?: unknown;
    },
  ) {
    super(message, { cause: said.cause });
    this.status = status;
    this.code = said.code;
    this.field = said.field;
    this.retry_after = said.retry_after;
    this.request_id = said.request_id;
  }
}

export interface ClientOptions {
  /** `https://….execute-api.….amazonaws.com/v1` */
  base_url: string;
  api_key?: string;
  /** Absent: the platform's own. */
  fetch?: typeof fetch;
  /** How often a request is sent, the first time included. Default 5. */
  max_attempts?: number;
  /** Waits between attempts. */
  sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** 0 to 1, for the jitter. */
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

const RETRIED = new Set([429, 502, 503, 504]);
const BACKOFF = { first_ms: 200, longest_ms: 20_000 };

/**
 * Sends requests, and again where that may help: 429 and 503 when they say, else with growing pauses and full jitter.
 * Every request of this API may be sent twice without doing more than once.
 *
 * @throws {ApiError} the last refusal.
 */
export function createSend(options: ClientOptions): Send {
  const { max_attempts = 5, sleep = sleepFor, random = Math.random } = options;
  return async (path, request = {}) => {
    for (let attempt = 1; ; attempt += 1) {
      const failure = await attemptOnce(options, path, request);
      if (failure instanceof Response) return failure;
      const may_help = failure.status === 0 || RETRIED.has(failure.status);
      if (!may_help || attempt >= max_attempts) throw failure;
      const asked_ms = (failure.retry_after ?? 0) * 1_000;
      await sleep(asked_ms + backoffDelay(attempt, { ...BACKOFF, random }), request.signal);
    }
  };
}

async function attemptOnce(
  options: ClientOptions,
  path: string,
  { method = 'GET', headers = {}, body, query = {}, signal }: RequestOptions,
): Promise<Response | ApiError> {
  const send = options.fetch ?? fetch;
  const url = new URL(`${options.base_url.replace(/\/$/, '')}${path}`);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  try {
    const response = await send(url, {
      method,
      headers: {
        accept: 'application/json',
        ...(options.api_key === undefined ? {} : { 'x-api-key': options.api_key }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    return response.ok ? response : await refusalOf(response);
  } catch (cause) {
    if (signal?.aborted) throw cause;
    return new ApiError(0, 'The API could not be reached', { code: 'UNREACHABLE', cause });
  }
}

async function refusalOf(response: Response): Promise<ApiError> {
  const { status } = response;
  const said = (await response.json().catch(() => undefined)) as Partial<ErrorResponse> | undefined;
  const more: Partial<ErrorResponse['error']> = said?.error ?? {};
  const { code = 'UNKNOWN', message = `The API answered ${status}` } = more;
  const retry_after = secondsOf(response.headers.get('retry-after')) ?? more.retry_after;
  const { field, request_id } = more;
  return new ApiError(status, message, { code, field, retry_after, request_id });
}

/** `Retry-After` is seconds or a date: RFC 9110, section 10.2.3. */
function secondsOf(value: string | null): number | undefined {
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - Date.now()) / 1_000));
}
