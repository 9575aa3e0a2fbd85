import type { Invocation } from '../function/invocation.ts';
import type { ApiAnswer } from './answer.ts';
import type { ResponseType } from './gateway-response.ts';
import { refusalOf } from './integration.ts';
import { type ChannelEnd, createPartChannel, type PartChannel } from './part-channel.ts';
import type { RouteIntegration } from './route-integration.ts';
import { readPrelude } from './stream-prelude.ts';

type StreamIntegration = Extract<RouteIntegration, { kind: 'stream' }>;

export type InvokeWithResponseStream = (
  function_arn: string,
  payload: string,
  onPart: (bytes: Uint8Array) => Promise<void>,
) => Promise<Invocation>;

/** Why a stream ends before its function has ended it. */
class StreamCutError extends Error {
  override name = 'StreamCutError';
}

/**
 * Invokes the function of a route whose response is streamed. The answer begins as soon as the
 * function has sent its status and headers. If the function fails later, if it sends nothing for the
 * idle timeout, or if the timeout of the integration passes, the body is cut off: the connection
 * closes before the end of the body.
 * Sources:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/response-streaming-troubleshoot.html
 *
 * @returns the type of the error response if the function has not sent its status and headers.
 */
export async function streamFunction(
  invoke: InvokeWithResponseStream,
  integration: StreamIntegration,
  payload: string,
): Promise<ApiAnswer | ResponseType> {
  const channel = createPartChannel();
  const limits = { deadline: performance.now() + integration.timeout_ms, ...integration };
  let refusal: ResponseType | undefined;
  void invoke(integration.function_arn, payload, channel.put).then((invocation) => {
    refusal = refusalOf(invocation);
    channel.end(invocation.kind === 'failed' || refusal !== undefined ? 'failed' : 'complete');
  });
  let head = Buffer.alloc(0);
  for (;;) {
    const part = await takeWithin(channel, limits);
    if (typeof part === 'string') {
      channel.abandon();
      return part === 'timeout' ? 'INTEGRATION_TIMEOUT' : (refusal ?? 'INTEGRATION_FAILURE');
    }
    head = Buffer.concat([head, part]);
    const prelude = readPrelude(head);
    if (prelude === 'incomplete') continue;
    if (prelude !== 'malformed') {
      return { ...prelude.answer, stream: sendParts(channel, limits, prelude.rest) };
    }
    channel.abandon();
    return 'INTEGRATION_FAILURE';
  }
}

async function* sendParts(
  channel: PartChannel,
  limits: Limits,
  first: Buffer,
): AsyncGenerator<Uint8Array> {
  try {
    if (first.length > 0) yield first;
    for (;;) {
      const part = await takeWithin(channel, limits);
      if (part === 'complete') return;
      if (typeof part === 'string') throw new StreamCutError(`The stream was cut off: ${part}.`);
      yield part;
    }
  } finally {
    channel.abandon();
  }
}

interface Limits {
  /** Time at which the timeout of the integration passes, as of `performance.now`. */
  deadline: number;
  idle_ms: number;
}

/** Takes the next part, unless the idle timeout or the timeout of the integration passes first. */
async function takeWithin(
  channel: PartChannel,
  { deadline, idle_ms }: Limits,
): Promise<Uint8Array | ChannelEnd | 'timeout'> {
  const left_ms = Math.max(0, Math.min(idle_ms, deadline - performance.now()));
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<'timeout'>((resolve) => {
    timer = setTimeout(() => resolve('timeout'), left_ms);
  });
  try {
    return await Promise.race([channel.take(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
