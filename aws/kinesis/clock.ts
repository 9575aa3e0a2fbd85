import { KinesisClient, ListShardsCommand } from '@aws-sdk/client-kinesis';
import * as z from 'zod';
import { createClient } from '../clients.ts';
import { callService } from '../errors.ts';

/** A response of the SDK in the step `deserialize`, as far as its time is concerned. */
const responseSchema = z.object({ headers: z.object({ date: z.string() }) });

/** The header `Date` has whole seconds. */
const DATE_RESOLUTION_MS = 1_000;

/**
 * Measures by how much the local clock differs from that of AWS, by the header `Date` of a response. The
 * SDK itself looks at this header only for differences of five minutes and more.
 *
 * @returns milliseconds by which the clock is ahead at least, or behind if negative. 0 if the response
 * does not show a difference or has no time.
 * @throws {ServiceError} if the call fails.
 */
export async function measureClock(
  stream_name: string,
  {
    client = createClient(KinesisClient),
    now = Date.now,
  }: { client?: KinesisClient; now?: () => number } = {},
): Promise<number> {
  let difference_ms = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      const sent_at = now();
      const output = await next(args);
      difference_ms = compare(output.response, sent_at, now());
      return output;
    },
    { step: 'deserialize', name: 'measureClock', override: true },
  );
  const command = new ListShardsCommand({ StreamName: stream_name, MaxResults: 1 });
  void (await callService('kinesis', () => client.send(command)));
  return difference_ms;
}

/** Compares the time of a response with the time in which it was requested and received. */
function compare(response: unknown, sent_at: number, received_at: number): number {
  const { data } = responseSchema.safeParse(response);
  const server_time = Date.parse(data?.headers.date ?? '');
  if (Number.isNaN(server_time)) return 0;
  const ahead_ms = sent_at - (server_time + DATE_RESOLUTION_MS);
  if (ahead_ms > 0) return ahead_ms;
  return Math.min(0, received_at - server_time);
}
