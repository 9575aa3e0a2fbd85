import type { Command } from 'commander';
import { ApiError, type Client, createClient } from '../client/index.ts';
import { connect, readRunningCloud } from './cloud.ts';
import { Advice } from './errors.ts';

/**
 * Connects to the API of the stack with the key of --api-key, of AURASTREAM_API_KEY or of the embedded cloud.
 *
 * @throws {Advice} if there is no key.
 */
export async function connectApi(command: Command): Promise<Client> {
  const { ApiUrl } = await connect(command);
  const { apiKey } = command.optsWithGlobals<{ apiKey?: string }>();
  const running = await readRunningCloud();
  const is_embedded = running !== undefined && ApiUrl.startsWith(running.endpoint);
  const embedded_key = is_embedded ? running.api_key : undefined;
  const api_key = apiKey ?? process.env.AURASTREAM_API_KEY ?? embedded_key;
  if (api_key === undefined) {
    throw new Advice(
      'There is no API key.',
      'Make one with `aurastream keys create --tenant default --tier growth`, and set AURASTREAM_API_KEY or give --api-key.',
    );
  }
  return createClient({ base_url: ApiUrl, api_key });
}

/** Waits for a call of the API. Adds advice for the user to an error of the API. @throws {Advice} */
export async function withAdvice<Value>(call: Promise<Value>): Promise<Value> {
  try {
    return await call;
  } catch (error) {
    throw addAdvice(error);
  }
}

/** Like {@link withAdvice}, for a listing. @throws {Advice} */
export async function* withAdviceForEach<Item>(items: AsyncIterable<Item>): AsyncIterable<Item> {
  try {
    yield* items;
  } catch (error) {
    throw addAdvice(error);
  }
}

function addAdvice(error: unknown): unknown {
  if (!(error instanceof ApiError)) return error;
  return new Advice(error.message, adviceFor(error), { cause: error });
}

function adviceFor({ status, retry_after, request_id }: ApiError): string {
  if (status === 401 || status === 403) {
    return 'Check the API key: `aurastream keys list` shows the valid ones.';
  }
  if (status === 404) return 'See `aurastream job list`.';
  if (retry_after !== undefined) return `Try again in ${retry_after} s.`;
  if (status >= 500) return `Look for the request id ${request_id ?? '-'} in the API's log.`;
  return 'See --help of this command.';
}
