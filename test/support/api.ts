import { buildOpenApiDocument } from '../../api/openapi/document.ts';
import { createContract } from './openapi.ts';
import { ROUTES } from './routes.ts';

export interface Call {
  method?: string;
  key?: string;
  headers?: Record<string, string>;
  /** Body of the request. A string is sent unchanged, and any other value is sent as JSON. */
  body?: unknown;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: the contract has checked the body before a test reads it.
  body: any;
}

/**
 * Returns a function that calls the API over HTTP and checks each answer against the OpenAPI
 * document.
 */
export function createCaller(api: string, default_key?: string) {
  const contract = createContract(buildOpenApiDocument({ routes: ROUTES, version: 'test' }));
  return async (path: string, call: Call = {}): Promise<Answer> => {
    const { method = 'GET', key = default_key, body } = call;
    const response = await fetch(`${api}${path}`, {
      method,
      headers: {
        ...(key === undefined || key === '' ? {} : { 'x-api-key': key }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...call.headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const headers = Object.fromEntries(response.headers);
    const is_json = text !== '' && headers['content-type']?.startsWith('application/json');
    const answer = {
      status: response.status,
      headers,
      body: is_json ? JSON.parse(text) : text,
    };
    contract.check(method, path, answer);
    return answer;
  };
}

export type Caller = ReturnType<typeof createCaller>;
