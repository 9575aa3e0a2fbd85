// The behaviour of API Gateway and Lambda with a streamed response. Pages:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
// https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
// https://docs.aws.amazon.com/apigateway/latest/developerguide/response-streaming-troubleshoot.html
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type BootedCloud, bootSmallCloud } from '../support/boot-small-cloud.ts';
import { streamedApi } from '../support/small-cloud.ts';

const STREAMS = ['lines', 'empty', 'late', 'exit', 'long'];
const WITHOUT_PRELUDE = ['buffered', 'atonce', 'early', 'plain', 'broken', 'wide'];
const BUFFERED_URI = {
  ResponseTransferMode: 'BUFFERED',
  TimeoutInMillis: 29_000,
  Uri: {
    'Fn::Sub':
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation replaces the placeholder.
      'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${linesFunction.Arn}/invocations',
  },
};
/** A method that buffers, in front of the function that streams lines. */
const WRONG = streamedApi(['wrong'], BUFFERED_URI);

let booted: BootedCloud;
beforeAll(async () => {
  booted = await bootSmallCloud({
    Api: {
      Type: 'AWS::ApiGateway::RestApi',
      Properties: { MinimumCompressionSize: 0, EndpointConfiguration: { Types: ['REGIONAL'] } },
    },
    ...WRONG,
    ...streamedApi([...STREAMS, ...WITHOUT_PRELUDE]),
    ...streamedApi(['idle', 'silent'], { TimeoutInMillis: 3_000 }),
  });
});
afterAll(() => booted.stop());

const get = (path: string, init?: RequestInit) => fetch(`${booted.cloud.api}/${path}`, init);
const readLog = () =>
  readFile(join(booted.data_dir, 'logs', 'Fixture-longFunction.log'), 'utf8').catch(() => '');

it('a streamed response has the status, the headers and the cookies of its prelude, and the bytes after it', async () => {
  const response = await get('lines');
  expect([response.status, response.headers.get('x-own')]).toEqual([201, 'yes']);
  expect(response.headers.get('content-type')).toBe('text/plain');
  expect(response.headers.get('set-cookie')).toBe('a=1, b=2');
  expect(await response.text()).toBe('one/lines\ntwo/lines\nthree/lines\n');
  expect(await (await get('empty')).text()).toBe('');
});

it('API Gateway does not compress a streamed response, and does not know its length', async () => {
  const { headers } = await get('lines', { headers: { 'accept-encoding': 'gzip' } });
  expect([headers.get('content-encoding'), headers.get('content-length')]).toEqual([null, null]);
});

it.each(WITHOUT_PRELUDE)(
  'a response without a valid prelude in its first 16 KB is answered with 502: %s',
  async (name) => {
    expect((await get(name)).status).toBe(502);
  },
);

it('a streaming function behind an integration that buffers is answered with 502', async () => {
  expect((await get('wrong')).status).toBe(502);
});

it.each(['late', 'exit'])(
  'a function that fails after its first byte cuts the body off, and the status stays: %s',
  async (name) => {
    const response = await get(name);
    expect(response.status).toBe(201);
    await expect(response.text()).rejects.toThrow('terminated');
  },
);

it('the timeout of a streaming integration is answered with 504 before the prelude, and cuts the body off after it', async () => {
  const [begun, silent] = await Promise.all([get('idle'), get('silent')]);
  expect([begun.status, silent.status]).toEqual([201, 504]);
  await expect(begun.text()).rejects.toThrow('terminated');
});

it('a function goes on to the end of its stream after the client has closed the connection', async () => {
  const abort = new AbortController();
  const response = await get('long', { signal: abort.signal });
  await response.body!.getReader().read();
  expect(await readLog()).not.toContain('wrote all parts');
  abort.abort();
  await vi.waitFor(async () => expect(await readLog()).toContain('wrote all parts'), 20_000);
});

it('Lambda sends the first 6 MB of a response at once, and 2 MB a second after them', async () => {
  const started_at = performance.now();
  const { length } = await (await get('long')).text();
  expect(length).toBe(200 * 64 * 1024);
  expect(performance.now() - started_at).toBeGreaterThan(3_000);
});
