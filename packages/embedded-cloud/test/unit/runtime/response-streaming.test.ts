import { expect, it } from 'vitest';
import { limitStream } from '../../../src/runtime/function/response-limits.ts';
import { readIntegration } from '../../../src/runtime/rest-api/route-integration.ts';
import { streamFunction } from '../../../src/runtime/rest-api/stream-integration.ts';
import { frontOf, method, RESOURCES } from '../../support/front.ts';

const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:handler';
const URI = `arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/${FUNCTION}/response-streaming-invocations`;
const createStreaming = (more: object) =>
  method('PUT', { Ref: 'Jobs' }, { ResponseTransferMode: 'STREAM', Uri: URI, ...more });
const PRELUDE = Buffer.from(`{"statusCode":200}${'\0'.repeat(8)}`);

const INVALID: [string, object][] = [
  ['only a proxy integration can stream, not MOCK', { Type: 'MOCK' }],
  ['only a proxy integration can stream, not AWS', { Type: 'AWS' }],
  ['it has the form …/2021-11-15/', { Uri: URI.replace('2021-11-15', '2015-03-31') }],
  ['it has the form …/2015-03-31/', { ResponseTransferMode: 'BUFFERED' }],
  ['ResponseTransferMode CHUNKED is unknown', { ResponseTransferMode: 'CHUNKED' }],
  ['a streamed response has no ContentHandling', { ContentHandling: 'CONVERT_TO_TEXT' }],
  ['Timeout should be between 50 ms and 900000 ms', { TimeoutInMillis: 900_001 }],
  ['Timeout should be between 50 ms and 900000 ms', { TimeoutInMillis: 49 }],
];

it.each(INVALID)(
  'a template whose streaming integration API Gateway refuses does not boot: %s',
  async (message, more) => {
    await expect(frontOf(undefined, { ...RESOURCES, Put: createStreaming(more) })).rejects.toThrow(
      message,
    );
  },
);

it('only a streaming integration may take longer than 29 s', async () => {
  const Put = method('PUT', { Ref: 'Jobs' }, { TimeoutInMillis: 29_001 });
  await expect(frontOf(undefined, { ...RESOURCES, Put })).rejects.toThrow(
    'Timeout should be between 50 ms and 29000 ms',
  );
  const Long = createStreaming({ TimeoutInMillis: 900_000 });
  await expect(frontOf(undefined, { ...RESOURCES, Long })).resolves.toBeTypeOf('function');
});

it('a stream without a byte for the idle timeout is cut off, and a slow one is not', async () => {
  const integration = {
    kind: 'stream',
    function_arn: FUNCTION,
    timeout_ms: 60_000,
    idle_ms: 200,
  } as const;
  const answer = await streamFunction(
    async (_arn, _payload, onPart) => {
      await onPart(PRELUDE);
      for (const part of ['a', 'b', 'c']) await onPart(Buffer.from(part));
      return new Promise(() => {});
    },
    integration,
    '{}',
  );
  const parts: string[] = [];
  const read = async () => {
    if (typeof answer === 'string') return;
    for await (const part of answer.stream!) parts.push(Buffer.from(part).toString());
  };
  await expect(read()).rejects.toThrow('The stream was cut off: timeout.');
  expect(parts.join('')).toBe('abc');
});

it('the idle timeout is 5 minutes at a regional endpoint, and 30 s at an edge-optimized one', async () => {
  const resource = { logical_id: 'Put', type: 'AWS::ApiGateway::Method' } as never;
  const properties = { Type: 'AWS_PROXY', ResponseTransferMode: 'STREAM', Uri: URI };
  expect(readIntegration(resource, properties)).toMatchObject({ idle_ms: 300_000 });
  expect(readIntegration(resource, properties, true)).toMatchObject({ idle_ms: 30_000 });
});

it('a prelude may arrive in pieces, and the client gets only what follows it', async () => {
  const { stream } = (await (
    await streamBytes()
  )('PUT', '/jobs')) as {
    stream: AsyncIterable<Uint8Array>;
  };
  let text = '';
  for await (const part of stream) text += Buffer.from(part).toString();
  expect(text).toBe('body');
});

it('a streamed response of more than 200 MB fails', async () => {
  const limits = { bytes: 10, uncapped_bytes: 100, bytes_per_second: 1 };
  const taken: number[] = [];
  const answer = await limitStream(
    async (part) => void taken.push(part.length),
    async (onPart) => {
      for (const size of [6, 4, 1]) await onPart(Buffer.alloc(size));
      return { kind: 'streamed', payload: '' };
    },
    limits,
  );
  expect(taken).toEqual([6, 4]);
  expect(answer).toMatchObject({ kind: 'failed' });
  expect(answer.payload).toContain('Function.ResponseSizeTooLarge');
});

it('a streaming function that Lambda throttles is answered with 500', async () => {
  const front = await frontOf(
    undefined,
    { ...RESOURCES, Put: createStreaming({}) },
    {
      invokeWithResponseStream: async () => ({
        kind: 'refused',
        code: 'TooManyRequestsException',
        message: 'Rate Exceeded.',
      }),
    },
  );
  expect((await front('PUT', '/jobs')).status).toBe(500);
});

/** Creates the front of an API whose function streams its response byte by byte. */
function streamBytes() {
  return frontOf(
    undefined,
    { ...RESOURCES, Put: createStreaming({}) },
    {
      invokeWithResponseStream: async (_arn, _payload, onPart) => {
        for (const byte of [...PRELUDE, ...Buffer.from('body')]) await onPart(Buffer.from([byte]));
        return { kind: 'streamed', request_id: 'r', payload: '' };
      },
    },
  );
}
