import type { Command } from 'commander';
import { ApiError, type Client, createClient } from '../client/index.ts';
import { connect, runningCloud } from './cloud.ts';
import { Advice } from './errors.ts';

/** The API of the stack, in the name of whoever's key there is. @throws {Advice} where there is none. */
export async function connectApi(command: Command): Promise<Client> {
  const { ApiUrl } = await connect(command);
  const { apiKey } = command.optsWithGlobals<{ apiKey?: string }>();
  const running = await runningCloud();
  const own =
    running !== undefined && ApiUrl.startsWith(running.endpoint) ? running.api_key : undefined;
  const api_key = apiKey ?? process.env.AURASTREAM_API_KEY ?? own;
  if (api_key === undefined) {
    throw new Advice(
      'There is no API key.',
      'Make one with `aurastream keys create --tenant default --tier growth`, and set AURASTREAM_API_KEY or give --api-key.',
    );
  }
  return createClient({ base_url: ApiUrl, api_key });
}

/** What the API refused, with what to try. @throws {Advice} */
export async function advised<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new Advice(error.message, adviceFor(error), { cause: error });
  }
}

function adviceFor({ status, retry_after, request_id }: ApiError): string {
  if (status === 401 || status === 403) {
    return 'Check the API key: `aurastream keys list` shows those that are good.';
  }
  if (status === 404) return 'See `aurastream job list`.';
  if (retry_after !== undefined) return `Try again in ${retry_after} s.`;
  if (status >= 500) return `The API's log has more, under the request id ${request_id ?? '-'}.`;
  return 'See --help of this command.';
}
