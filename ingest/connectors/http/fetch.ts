import { SourceBusy } from '../errors.ts';
import type { SourceContext } from '../source.ts';
import { readRetryAfter } from './retry-after.ts';

export interface FetchDeps {
  /** Names the program and a contact, as services ask for. */
  user_agent: string;
  signal: AbortSignal;
  now: () => number;
  /** Time limit of a request with its body, in milliseconds. Default 30 seconds. */
  timeout_ms?: number;
  fetch?: typeof globalThis.fetch;
}

/** Creates the `fetch` of a source: with a time limit, a user agent, and the waits that a service asks for. */
export function createSourceFetch({
  user_agent,
  signal,
  now,
  timeout_ms = 30_000,
  fetch = globalThis.fetch,
}: FetchDeps): SourceContext['fetch'] {
  return async (url, init = {}) => {
    const headers = new Headers(init.headers);
    if (!headers.has('user-agent')) headers.set('user-agent', user_agent);
    const signals = [
      signal,
      AbortSignal.timeout(timeout_ms),
      ...(init.signal ? [init.signal] : []),
    ];
    const response = await fetch(url, { ...init, headers, signal: AbortSignal.any(signals) });
    if (response.status !== 429 && response.status !== 503) return response;
    await response.body?.cancel();
    const wait_ms = readRetryAfter(response.headers, now());
    throw new SourceBusy(`the service answered ${response.status}`, wait_ms);
  };
}
