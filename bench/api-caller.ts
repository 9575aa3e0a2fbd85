import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { TemplateResource } from '@aurastream/embedded-cloud';

/** Rate of calls to Comprehend that no measurement reaches, in calls per second. */
const UNREACHED_CALLS_PER_SECOND = '100000';

/**
 * Removes the rate limits of the API. The highest tier allows 500 requests per second, but ten
 * callers without pauses send more. The rate of the API's calls to Comprehend is raised as well.
 */
export function removeRateLimits({ Type, Properties }: TemplateResource, logical_id: string): void {
  if (Type === 'AWS::ApiGateway::UsagePlan') delete Properties?.Throttle;
  if (Type === 'AWS::ApiGateway::Stage') delete Properties?.MethodSettings;
  if (Type === 'AWS::Lambda::Function' && logical_id.startsWith('ApiHandler')) {
    const { Environment } = Properties as { Environment: { Variables: Record<string, string> } };
    Environment.Variables.ANALYZER_CALLS_PER_SECOND = UNREACHED_CALLS_PER_SECOND;
  }
}

/**
 * Creates a function that sends a request to the API. The function uses node:http, because the
 * callers share the cores with the measured code, and `fetch` needs twice the CPU time.
 */
export function createCaller(base_url: string, api_key: string) {
  const agent = new Agent({ keepAlive: true });
  const headers = { 'content-type': 'application/json', 'x-api-key': api_key };
  return async (content: string): Promise<void> => {
    const outgoing = request(`${base_url}/analyze/sync`, { method: 'POST', agent, headers });
    outgoing.end(JSON.stringify({ text: content, options: { language_code: 'en' } }));
    void (await readAnswer(outgoing));
  };
}

/** Creates a function that reads a path of the API, and returns the answer. */
export function createGetter(base_url: string, api_key: string) {
  const agent = new Agent({ keepAlive: true });
  const headers = { 'x-api-key': api_key };
  return (path: string): Promise<string> =>
    readAnswer(request(`${base_url}${path}`, { agent, headers }).end());
}

async function readAnswer(outgoing: ClientRequest): Promise<string> {
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const answer = await text(response);
  if (response.statusCode !== 200)
    throw new Error(`Expected the API to answer 200, got ${response.statusCode}: ${answer}`);
  return answer;
}
