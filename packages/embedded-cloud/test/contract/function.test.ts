import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import {
  createFunction,
  type FunctionOptions,
  type LambdaFunction,
} from '../../src/runtime/function/function.ts';
import { openFunctionLog } from '../../src/runtime/function/log.ts';
import { createConcurrency } from '../../src/runtime/function/pool.ts';
import { WAIT } from '../support/wait.ts';

const BUNDLE = `
console.log('loaded');
let count = 0;
export async function handler(event, context) {
  count += 1;
  switch (event.do) {
    case 'env': return { ...process.env };
    case 'count': return { count, remaining: context.getRemainingTimeInMillis(), ...context };
    case 'print': console.log('printed ' + event.text); console.error('and this'); process.emitWarning('beware'); await new Promise(setImmediate); return null;
    case 'throw': throw new TypeError('told to');
    case 'hang': return await new Promise(() => {});
    case 'exit': process.exit(3);
    case 'reject': void Promise.reject(new Error('not awaited')); return await new Promise(() => {});
    case 'circle': { const circle = {}; circle.circle = circle; return circle; }
    case 'large': return 'x'.repeat(7_000_000);
    case 'memory': { const all = []; for (;;) all.push(new Array(100_000).fill(0).map(() => ({}))); }
  }
}
const streams = {
  async full(event, stream) {
    for (let bytes = 0; bytes < 50_000_000; bytes += 1_000) {
      if (stream.write('x'.repeat(1_000))) continue;
      const drained = new Promise((resolve) => stream.once('drain', () => resolve('drained')));
      const waited = new Promise((resolve) => setTimeout(resolve, 100, 'still full'));
      console.log(await Promise.race([drained, waited]));
      await drained;
      return stream.end();
    }
  },
  async unended(event, stream) { stream.write('half'); },
  async late(event, stream) { stream.write('1'); stream.setContentType('text/csv'); },
  async fails(event, stream) { stream.write('written'); throw new TypeError('told to'); },
  async returns(event, stream) { stream.write({ an: 'object' }); stream.end(); return 1; },
};
export const streaming = awslambda.streamifyResponse((event, stream) => streams[event.do](event, stream));
export const broken = (event, context, callback) => callback(null, 1);
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-cloud-function-'));
  await writeFile(join(folder, 'index.mjs'), BUNDLE);
});

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function functionOf(
  spec: Partial<FunctionOptions['spec']> = {},
  options: Partial<FunctionOptions> = {},
): Promise<LambdaFunction & { log: () => Promise<string> }> {
  const path = join(await mkdtemp(join(tmpdir(), 'embedded-cloud-log-')), 'function.log');
  const log = await openFunctionLog(path);
  const made = createFunction({
    spec: {
      logical_id: 'Handler',
      name: 'handler',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:handler',
      role_arn: 'arn:aws:iam::000000000000:role/handler',
      folder,
      module: join(folder, 'index.mjs'),
      handler_name: 'handler',
      handler: 'index.handler',
      runtime: 'nodejs24.x',
      timeout_ms: 20_000,
      memory_mb: 256,
      environment: { TABLE: 'results' },
      log_group: '/aws/lambda/handler',
      ...spec,
    },
    credentials: { access_key_id: 'AKID', secret_access_key: 'secret', session_token: 'token' },
    endpoint: 'http://127.0.0.1:1',
    log,
    mayLog: () => true,
    concurrency: createConcurrency(1_000),
    most_environments: 4,
    idle_ms: 60_000,
    now: Date.now,
    ...options,
  });
  stops.push(made.stop, log.close);
  return { ...made, log: () => readFile(path, 'utf8') };
}

const call = async (made: LambdaFunction, event: object) => {
  const invocation = await made.invoke(JSON.stringify(event));
  if (invocation.kind === 'refused') throw new Error(invocation.code);
  return { kind: invocation.kind, answer: JSON.parse(invocation.payload) };
};

it("a function's environment has the template's variables, Lambda's own, the endpoint, and nothing else", async () => {
  const { answer } = await call(await functionOf(), { do: 'env' });
  expect(Object.keys(answer).sort()).toEqual(
    [
      'TABLE',
      'AWS_ENDPOINT_URL',
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SESSION_TOKEN',
      'AWS_REGION',
      'AWS_DEFAULT_REGION',
      'AWS_EXECUTION_ENV',
      'AWS_LAMBDA_FUNCTION_NAME',
      'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
      'AWS_LAMBDA_FUNCTION_VERSION',
      'AWS_LAMBDA_INITIALIZATION_TYPE',
      'AWS_LAMBDA_LOG_GROUP_NAME',
      'AWS_LAMBDA_LOG_STREAM_NAME',
      'LAMBDA_TASK_ROOT',
      '_HANDLER',
      '_X_AMZN_TRACE_ID',
      'TZ',
    ].sort(),
  );
  expect(answer).toMatchObject({ TABLE: 'results', AWS_ENDPOINT_URL: 'http://127.0.0.1:1' });
});

it('a function gets the context that Lambda gives', async () => {
  const { answer } = await call(await functionOf(), { do: 'count' });
  expect(answer).toMatchObject({ functionName: 'handler', memoryLimitInMB: '256' });
  expect(answer.awsRequestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(answer.remaining).toBeGreaterThan(10_000);
  expect(answer.remaining).toBeLessThanOrEqual(20_000);
});

it('an execution environment is reused while it is warm, one invocation at a time', async () => {
  const made = await functionOf();
  await call(made, { do: 'count' });
  expect((await call(made, { do: 'count' })).answer.count).toBe(2);
  const together = await Promise.all([1, 2, 3].map(() => call(made, { do: 'count' })));
  expect(together.map(({ answer }) => answer.count).sort()).toEqual([1, 1, 3]);
  expect(made.status()).toMatchObject({ environments: 3, cold_starts: 3, invocations: 5 });
});

it('an invocation waits for a free environment where the machine has the most allowed', async () => {
  const made = await functionOf({}, { most_environments: 1 });
  const together = await Promise.all([1, 2, 3].map(() => call(made, { do: 'count' })));
  expect(together.map(({ answer }) => answer.count)).toEqual([1, 2, 3]);
});

it('an idle environment is retired', async () => {
  const made = await functionOf({}, { idle_ms: 1 });
  await call(made, { do: 'count' });
  await vi.waitFor(() => expect(made.status().environments).toBe(0), WAIT);
});

it('stack traces show source lines with --enable-source-maps', async () => {
  const { code } = await transform(
    'interface Nothing {}\n\nexport const handler = async (): Promise<string> => new Error().stack ?? "";',
    {
      loader: 'ts',
      sourcemap: 'inline',
      sourcefile: 'source.ts',
    },
  );
  const module = join(await mkdtemp(join(tmpdir(), 'embedded-cloud-function-')), 'index.mjs');
  await writeFile(module, code);
  const environment = { NODE_OPTIONS: '--enable-source-maps' };
  expect((await call(await functionOf({ module, environment }), {})).answer).toContain(
    'source.ts:3:',
  );
});

it.each([
  ['throw', 'TypeError', 'told to'],
  ['exit', 'Runtime.ExitError', 'exit status 3'],
  ['reject', 'Runtime.UnhandledPromiseRejection', 'not awaited'],
  ['circle', 'Runtime.MarshalError', 'Unable to stringify response body'],
  ['large', 'Function.ResponseSizeTooLarge', '6291556 bytes'],
])(
  'the failure "%s" is reported as Lambda does, and the next invocation succeeds',
  async (what, errorType, message) => {
    const made = await functionOf();
    const { kind, answer } = await call(made, { do: what });
    expect(kind).toBe('failed');
    expect(answer).toMatchObject({ errorType, errorMessage: expect.stringContaining(message) });
    expect((await call(made, { do: 'count' })).kind).toBe('answered');
  },
);

it('a function that runs out of memory is killed, and nothing else', async () => {
  const { answer } = await call(await functionOf({ memory_mb: 32 }), { do: 'memory' });
  expect(answer.errorMessage).toContain('signal: killed');
});

it('a function is killed at its timeout', async () => {
  const { answer } = await call(await functionOf({ timeout_ms: 200 }), { do: 'hang' });
  expect(answer.errorMessage).toMatch(/Task timed out after 0.20 seconds/);
});

it('a kill fault ends a function during its invocation', async () => {
  const { answer } = await call(await functionOf({}, { fault: () => ({ kill_after_ms: 5 }) }), {
    do: 'hang',
  });
  expect(answer.errorMessage).toContain('signal: killed');
});

it('an unusable bundle is reported with its reason', async () => {
  expect((await call(await functionOf({ handler_name: 'nothing' }), {})).answer.errorType).toBe(
    'Runtime.HandlerNotFound',
  );
  expect((await call(await functionOf({ handler_name: 'broken' }), {})).answer.errorType).toBe(
    'Runtime.CallbackHandlerDeprecated',
  );
  expect((await call(await functionOf({ module: join(folder, 'no.mjs') }), {})).kind).toBe(
    'failed',
  );
});

it('invocations beyond the reserved concurrency are throttled', async () => {
  const made = await functionOf({}, { concurrency: createConcurrency(1) });
  const [first, second] = await Promise.all([made.invoke('{"do":"count"}'), made.invoke('{}')]);
  expect(first?.kind).toBe('answered');
  expect(second).toMatchObject({ kind: 'refused', code: 'TooManyRequestsException' });
  expect((await made.invoke('{}')).kind).toBe('answered');
});

it('a payload over 6 MB is refused', async () => {
  const payload = JSON.stringify('x'.repeat(6 * 1024 * 1024));
  expect(await (await functionOf()).invoke(payload)).toMatchObject({
    code: 'RequestTooLargeException',
  });
});

it('the log has the printed lines in order, between START and END', async () => {
  const made = await functionOf();
  await call(made, { do: 'print', text: 'hello' });
  await vi.waitFor(async () => expect(await made.log()).toContain('REPORT'), WAIT);
  const lines = (await made.log()).trimEnd().split('\n');
  expect(lines[0]).toBe('loaded');
  expect(lines[1]).toMatch(/^START RequestId: [0-9a-f-]{36} Version: \$LATEST$/);
  expect(lines.slice(2, 5)).toEqual(['printed hello', 'and this', 'Warning: beware']);
  expect(lines[5]).toMatch(/^END RequestId:/);
  expect(lines[6]).toMatch(
    /^REPORT .*Duration: .* ms\tBilled Duration: \d+ ms\tMemory Size: 256 MB\tInit Duration:/,
  );
});

it('no log is written where the role may not write it', async () => {
  const made = await functionOf({}, { mayLog: () => false });
  await call(made, { do: 'print', text: 'hello' });
  await made.stop();
  expect(await made.log()).toBe('');
});

/** Invokes a streaming handler. Returns how it ended and what it has written. */
async function stream(made: LambdaFunction, event: object) {
  let text = '';
  const invocation = await made.invokeWithResponseStream(JSON.stringify(event), async (part) => {
    text += Buffer.from(part).toString();
  });
  return { kind: invocation.kind, text };
}

it('the stream of a function waits for its reader', async () => {
  const made = await functionOf({ handler_name: 'streaming' });
  let bytes = 0;
  const { kind } = await made.invokeWithResponseStream('{"do":"full"}', async (part) => {
    bytes += part.length;
    await vi.waitFor(async () => expect(await made.log()).toContain('still full'), WAIT);
  });
  expect(kind).toBe('streamed');
  expect(bytes).toBeLessThan(200_000);
  expect(await made.log()).toContain('still full');
});

it('what a streaming function has written before its error is sent, and the error after it', async () => {
  const made = await functionOf({ handler_name: 'streaming' });
  expect(await stream(made, { do: 'fails' })).toEqual({ kind: 'failed', text: 'written' });
  expect(await stream(made, { do: 'late' })).toEqual({ kind: 'failed', text: '1' });
  expect(made.status()).toMatchObject({ invocations: 2, errors: 2, cold_starts: 1 });
});

it('a streaming function that does not end its stream runs until its timeout', async () => {
  // The timeout does not include the load of the function, which a busy machine makes long.
  const made = await functionOf({ handler_name: 'streaming', timeout_ms: 1_500 });
  expect(await stream(made, { do: 'unended' })).toEqual({ kind: 'failed', text: 'half' });
  await vi.waitFor(async () => expect(await made.log()).toContain('Task timed out'), WAIT);
});

it('a streaming handler writes objects as JSON, and its return value is ignored with a warning', async () => {
  const made = await functionOf({ handler_name: 'streaming' });
  expect(await stream(made, { do: 'returns' })).toEqual({
    kind: 'streamed',
    text: '{"an":"object"}',
  });
  await vi.waitFor(
    async () => expect(await made.log()).toContain('Streaming handlers ignore return values.'),
    WAIT,
  );
});

it('the API Invoke waits for all that a streaming handler writes, and InvokeWithResponseStream passes a return value on as one part', async () => {
  const made = await functionOf({ handler_name: 'streaming' });
  expect(await call(made, { do: 'returns' })).toEqual({
    kind: 'answered',
    answer: { an: 'object' },
  });
  const buffered = await stream(await functionOf(), { do: 'circle' });
  expect(buffered.kind).toBe('failed');
  expect((await stream(await functionOf(), { do: 'large' })).kind).toBe('failed');
  expect(await stream(await functionOf(), { do: 'nothing' })).toEqual({
    kind: 'answered',
    text: 'null',
  });
});
