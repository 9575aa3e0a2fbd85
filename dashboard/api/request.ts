import { key } from '../state/key.ts';
import { describeRefusal, Problem } from './problem.ts';

/** The page is `…/v1/dashboard`, and the API `…/v1`. */
const BASE = new URL('.', document.baseURI).href;
const TIMEOUT_MS = 30_000;

/** Parameters of a request. Those that are undefined are left out. */
export type Query = Record<string, string | number | undefined>;

export interface Asked {
  method?: 'GET' | 'POST' | 'DELETE';
  query?: Query | undefined;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** Whether the answer may take any time, as that of a large download. */
  has_no_limit?: boolean;
}

/** Returns the path and the parameters of a request, which also name its answer. */
export function writePath(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const params = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return given.length === 0 ? path : `${path}?${params}`;
}

/**
 * Sends a request with the key of this tab.
 *
 * @returns the answer, whose status is 2xx or 304.
 * @throws {Problem} if there is no answer, or the API refuses.
 */
export async function request(path: string, asked: Asked = {}): Promise<Response> {
  const { method = 'GET', query, body, headers = {}, signal, has_no_limit } = asked;
  const response = await fetchOrThrow(new URL(writePath(path, query), BASE), {
    method,
    headers: {
      ...(key.value === undefined ? {} : { 'X-API-Key': key.value }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    body: body === undefined ? null : JSON.stringify(body),
    cache: 'no-store',
    signal: has_no_limit ? (signal ?? null) : limitTime(signal),
  });
  if (response.ok || response.status === 304) return response;
  throw describeRefusal(response.status, await response.json().catch(() => undefined));
}

/** Sends a request, and parses the JSON of its answer. The API guarantees the form (docs/api.md). */
export async function requestJson<Answer>(path: string, asked: Asked = {}): Promise<Answer> {
  return (await (await request(path, asked)).json()) as Answer;
}

async function fetchOrThrow(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted && (init.signal.reason as Error).name === 'AbortError') throw error;
    throw new Problem('unreachable', (error as Error).message);
  }
}

function limitTime(signal: AbortSignal | undefined): AbortSignal {
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  return signal === undefined ? limit : AbortSignal.any([signal, limit]);
}
