import type { Command } from 'commander';
import { ApiError, type Client, createClient } from '../client/index.ts';
import { connect, readRunningCloud } from './cloud.ts';
import { Advice } from './errors.ts';
import { chooseTarget } from './targets/choose-target.ts';

/**
 * Creates a client of the API of the target or of the stack. The API key comes from the option
 * --api-key, the target, the variable AURASTREAM_API_KEY or the embedded cloud.
 *
 * @throws {Advice} if no API key was found.
 */
export async function connectApi(command: Command): Promise<Client> {
  const { url, api_key } = await findApi(command);
  if (api_key === undefined) {
    throw new Advice(
      'There is no API key.',
      'Make one with `aurastream keys create --tenant default --tier growth`, and set AURASTREAM_API_KEY or give --api-key.',
    );
  }
  return createClient({ base_url: url, api_key });
}

interface FoundApi {
  url: string;
  api_key: string | undefined;
  /** Key of the embedded cloud for its dashboard. */
  read_only_key: string | undefined;
}

/**
 * Finds the address of the API, and the key to call it with.
 *
 * @throws {Advice} if the target or the stack does not exist.
 */
export async function findApi(command: Command): Promise<FoundApi> {
  const target = await chooseTarget(command);
  // Connecting sets credentials, and with credentials in the environment a cloud of another folder does
  // not count.
  const running = await readRunningCloud();
  const url = target?.api_url ?? (await connect(command)).ApiUrl;
  const { apiKey } = command.optsWithGlobals<{ apiKey?: string }>();
  const embedded = running !== undefined && url.startsWith(running.endpoint) ? running : undefined;
  const api_key = apiKey ?? target?.api_key ?? process.env.AURASTREAM_API_KEY ?? embedded?.api_key;
  return { url, api_key, read_only_key: embedded?.read_only_api_key };
}

/**
 * Waits for a call of the API. If the API answers with an error, the function adds advice for the
 * user to the error.
 *
 * @throws {Advice} if the API answered with an error.
 */
export async function withAdvice<Value>(
  call: Promise<Value>,
  listing: Listing = 'job list',
): Promise<Value> {
  try {
    return await call;
  } catch (error) {
    throw addAdvice(error, listing);
  }
}

/** The command that lists what a 404 did not find. */
type Listing = 'job list' | 'alerts list' | 'digests list';

/**
 * Yields the items of a listing. If the API answers with an error, the function adds advice for the
 * user to the error.
 *
 * @throws {Advice} if the API answered with an error.
 */
export async function* withAdviceForEach<Item>(
  items: AsyncIterable<Item>,
  listing: Listing = 'job list',
): AsyncIterable<Item> {
  try {
    yield* items;
  } catch (error) {
    throw addAdvice(error, listing);
  }
}

function addAdvice(error: unknown, listing: Listing): unknown {
  if (!(error instanceof ApiError)) return error;
  return new Advice(error.message, adviceFor(error, listing), { cause: error });
}

function adviceFor({ status, code, retry_after, request_id }: ApiError, listing: Listing): string {
  if (code === 'INCOMPLETE') return 'Run the command again.';
  if (code === 'MISSING_RIGHT') {
    return 'Use a key that has it: `aurastream keys create --tenant NAME --rights read,admin`.';
  }
  if (status === 401 || status === 403) {
    return 'Check the API key: `aurastream keys list` shows the valid ones.';
  }
  if (status === 404) return `See \`aurastream ${listing}\`.`;
  if (retry_after !== undefined) return `Try again in ${retry_after} s.`;
  if (status >= 500) return `Look for the request id ${request_id ?? '-'} in the API's log.`;
  return 'See --help of this command.';
}
