import type { Command } from 'commander';
import { createClient } from '../../client/index.ts';
import type { StatsResponse } from '../../schemas/index.ts';
import { findApi } from '../api.ts';

/**
 * Opens the sentiments of the last minute of a source, by the API. Returns undefined without an API
 * key: the command does not need one otherwise.
 */
export async function openSentiments(
  command: Command,
  source: string,
): Promise<(() => Promise<StatsResponse['by_sentiment']>) | undefined> {
  const { url, api_key } = await findApi(command);
  if (api_key === undefined) return undefined;
  const client = createClient({ base_url: url, api_key });
  return async () => {
    const from = new Date(Date.now() - 60_000).toISOString();
    const query = { source, from, interval: 'minute', time: 'arrived_at' } as const;
    return (await client.stats(query)).by_sentiment;
  };
}
