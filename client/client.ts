import type { HistoryResponse, ReadyResponse, ResultsResponse } from '../schemas/index.ts';
import { createAlertMethods } from './alerts.ts';
import { createDigestMethods } from './digests.ts';
import { ApiError } from './errors.ts';
import { createJobMethods } from './jobs.ts';
import { readPages, sendForJson } from './json.ts';
import { publishRecords } from './publish.ts';
import { type ClientOptions, createSend, type Send } from './send.ts';
import { createSetAsideMethods } from './set-asides.ts';
import type { Client } from './types.ts';

/**
 * Creates a client of the API. The client needs only the function `fetch`, and therefore runs in
 * Node.js, browsers and workers.
 *
 * @example
 * import { createClient } from 'aurastream/client';
 *
 * const client = createClient({ base_url: 'https://api.example.com/v1', api_key: 'your-key' });
 * const { sentiment, score } = await client.analyze('I love my cat');
 * console.log(sentiment, score);
 */
export function createClient(options: ClientOptions): Client {
  const send = createSend(options);
  return {
    analyze: (text, { signal, ...options } = {}) =>
      sendForJson(send, '/analyze/sync', { method: 'POST', body: { text, options }, signal }),
    analyzeBatch: (texts, { signal, ...options } = {}) =>
      sendForJson(send, '/analyze/batch', { method: 'POST', body: { texts, options }, signal }),
    ...createJobMethods(send, options),
    ...createResultMethods(send),
    ...createAlertMethods(send),
    ...createDigestMethods(send),
    ...createPrivacyMethods(send),
    ...createSetAsideMethods(send),
    publish: (records, { signal } = {}) => publishRecords(send, records, signal),
    stats: (query = {}, { signal } = {}) => sendForJson(send, '/stats', { query, signal }),
    overview: (query = {}, { signal } = {}) => sendForJson(send, '/overview', { query, signal }),
    budget: ({ signal } = {}) => sendForJson(send, '/budget', { signal }),
    health: ({ signal } = {}) => sendForJson(send, '/health', { signal }),
    ready: ({ signal } = {}) => readReadiness(options, signal),
  };
}

type PrivacyMethods = Pick<
  Client,
  'requestErasure' | 'readErasure' | 'requestExport' | 'readExport'
>;

function createPrivacyMethods(send: Send): PrivacyMethods {
  const path = (...parts: string[]) => `/privacy/${parts.map(encodeURIComponent).join('/')}`;
  return {
    requestErasure: (request, { signal } = {}) =>
      sendForJson(send, path('erasures'), { method: 'POST', body: request, signal }),
    readErasure: (erasure_id, { signal } = {}) =>
      sendForJson(send, path('erasures', erasure_id), { signal }),
    requestExport: (request, { signal } = {}) =>
      sendForJson(send, path('exports'), { method: 'POST', body: request, signal }),
    readExport: (export_id, { after, signal } = {}) =>
      sendForJson(send, path('exports', export_id), { query: { after }, signal }),
  };
}

type ResultMethods = Pick<Client, 'listResults' | 'getResult' | 'listHistory'>;

function createResultMethods(send: Send): ResultMethods {
  return {
    listResults: (query = {}, { page_size = 100, signal } = {}) =>
      readPages(async (cursor) => {
        const page = { query: { ...query, limit: page_size, cursor }, signal };
        const { results, next_cursor } = await sendForJson<ResultsResponse>(send, '/results', page);
        return { items: results, next_cursor };
      }),
    async getResult(source, record_id, { signal } = {}) {
      try {
        return await sendForJson(send, pathOf(source, record_id), { signal });
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    listHistory: (source, record_id, { page_size = 50, signal } = {}) =>
      readPages(async (cursor) => {
        try {
          const path = `${pathOf(source, record_id)}/history`;
          const page = { query: { limit: page_size, cursor }, signal };
          const answer = await sendForJson<HistoryResponse>(send, path, page);
          return { items: answer.versions, next_cursor: answer.next_cursor };
        } catch (error) {
          if (isNotFound(error)) return { items: [] };
          throw error;
        }
      }),
  };
}

const pathOf = (source: string, record_id: string) =>
  `/results/${[source, record_id].map(encodeURIComponent).join('/')}`;

const isNotFound = (error: unknown) => error instanceof ApiError && error.status === 404;

/**
 * Reads the state of the services from `/ready`. If a service is down, the API answers with status
 * 503. The function replaces the status 503 with 200, because the body of the answer is valid and a
 * retry is not needed.
 */
async function readReadiness(
  options: ClientOptions,
  signal: AbortSignal | undefined,
): Promise<ReadyResponse> {
  const fetchOnce = options.fetch ?? fetch;
  const send = createSend({
    ...options,
    fetch: async (input, init) => {
      const response = await fetchOnce(input, init);
      // Stryker disable next-line ObjectLiteral: 200 is the status of a Response without options
      return response.status === 503 ? new Response(response.body, { status: 200 }) : response;
    },
  });
  return sendForJson(send, '/ready', { signal });
}
