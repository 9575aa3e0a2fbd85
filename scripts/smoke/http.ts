import type { Observations } from './observations.ts';

interface HttpRequest {
  method?: string;
  api_key?: string;
  body?: object;
  accept?: string;
}

interface HttpAnswer {
  status: number;
  headers: Headers;
  text: string;
  /** The body, or an empty object if the body is not a JSON object. */
  json: Record<string, unknown>;
}

/** Sends requests to the API and notes what their answers look like. */
export interface Http {
  /**
   * @param name name of the answer in the list of observations, for example `GET /health`. Without
   * a name, the answer is not noted.
   */
  send(name: string | undefined, path: string, request?: HttpRequest): Promise<HttpAnswer>;
  note(name: string, answer: HttpAnswer): void;
}

export function createHttp(base_url: string, observations: Observations): Http {
  return {
    async send(name, path, { method = 'GET', api_key, body, accept } = {}) {
      const response = await fetch(`${base_url}${path}`, {
        method,
        headers: {
          ...(api_key === undefined ? {} : { 'x-api-key': api_key }),
          ...(accept === undefined ? {} : { accept }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const answer = {
        status: response.status,
        headers: response.headers,
        text,
        json: parseObject(text),
      };
      if (name !== undefined) observations.note(name, describeAnswer(answer));
      return answer;
    },
    note: (name, answer) => observations.note(name, describeAnswer(answer)),
  };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Headers that AuraStream sets. CloudFront and API Gateway add others. */
const HEADERS = ['content-type', 'retry-after', 'x-ratelimit-limit', 'link', 'allow'];

/** Describes an answer by what must be the same on every cloud: no values, but their names. */
function describeAnswer({ status, headers, json }: HttpAnswer): string {
  const names = HEADERS.filter((name) => headers.has(name)).map((name) =>
    name === 'content-type' ? `${name}: ${headers.get(name)}` : name,
  );
  return [status, ...names, `{${Object.keys(json).sort().join(' ')}}`].join(', ');
}
