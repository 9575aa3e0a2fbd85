import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, errorJson, type TakePart } from './environment.ts';

/** Runs a function once. The callback takes the parts of a streamed response. */
type Run = (onPart: TakePart) => Promise<Answer>;

/** Maximum size of a response that is not streamed, in bytes. The number is from AWS's error message. */
const RESPONSE_BYTES = 6_291_556;

/**
 * Limits of a streamed response: its size, and the bandwidth after its first 6 MB, in bytes and
 * bytes per second.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
 */
const STREAM_LIMITS = {
  bytes: 200 * 1024 * 1024,
  uncapped_bytes: 6 * 1024 * 1024,
  bytes_per_second: 2 * 1024 * 1024,
};

/**
 * Runs a function for the API Invoke, which waits for the whole response. The answer to a handler
 * that streams is all that it has written.
 */
export async function collectParts(run: Run): Promise<Answer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  const answer = await run(async (part) => {
    bytes += part.length;
    if (bytes <= RESPONSE_BYTES) parts.push(part);
  });
  if (answer.kind === 'failed') return answer;
  const is_streamed = answer.kind === 'streamed';
  const size = is_streamed ? bytes : Buffer.byteLength(answer.payload);
  if (size > RESPONSE_BYTES) return tooLarge(RESPONSE_BYTES);
  return is_streamed ? { kind: 'answered', payload: Buffer.concat(parts).toString() } : answer;
}

/**
 * Runs a function for the API InvokeWithResponseStream. A handler that returns a value instead of
 * streaming is answered with this value as the only part.
 */
export async function limitStream(
  onPart: TakePart,
  run: Run,
  limits = STREAM_LIMITS,
): Promise<Answer> {
  let bytes = 0;
  let capped_since: number | undefined;
  const answer = await run(async (part) => {
    bytes += part.length;
    if (bytes > limits.bytes) return;
    await onPart(part);
    const capped_bytes = bytes - limits.uncapped_bytes;
    if (capped_bytes <= 0) return;
    capped_since ??= performance.now();
    const due_ms = (capped_bytes / limits.bytes_per_second) * 1_000;
    const passed_ms = performance.now() - capped_since;
    if (due_ms > passed_ms) await sleep(due_ms - passed_ms);
  });
  if (answer.kind === 'answered') {
    const size = Buffer.byteLength(answer.payload);
    if (size > RESPONSE_BYTES) return tooLarge(RESPONSE_BYTES);
    await onPart(Buffer.from(answer.payload));
  }
  return bytes > limits.bytes ? tooLarge(limits.bytes) : answer;
}

function tooLarge(limit: number): Answer {
  const errorType = 'Function.ResponseSizeTooLarge';
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${limit} bytes).`;
  return { kind: 'failed', payload: errorJson({ errorType, errorMessage }) };
}
