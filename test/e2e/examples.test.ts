import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { prepareKeys, type TenantKeys } from '../../cli/start/keys.ts';
import { type TestCloud, testCloud } from '../support/cloud.ts';
import { run, start } from '../support/process.ts';

const exampleCommand = (name: string) => ['node', '--import', 'tsx', `examples/${name}.ts`];

let test: TestCloud;
let keys: TenantKeys;

beforeAll(async () => {
  test = await testCloud({ parameters: { CallbackAllowLoopback: 'true' } });
  keys = await prepareKeys(test.cloud);
});
afterAll(() => test.stop());

it('examples/publish-records.ts publishes the valid records and says why it refuses the other', async () => {
  const env = { ...test.environment, STREAM_NAME: test.stack.StreamName };
  const { code, stdout, stderr } = await run(exampleCommand('publish-records'), { env });
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^review-1 accepted by shardId-/m);
  expect(stdout).toMatch(/^review-2 accepted by shardId-/m);
  expect(stdout).toContain('review-3 refused: text must not be empty');
});

it('examples/receive-callback.ts verifies and prints the callback of the job that examples/analyze-job.ts submits', async () => {
  const receiver = start(exampleCommand('receive-callback'), {
    env: { CALLBACK_SECRET: keys.callback_secret, PORT: '0' },
  });
  try {
    const lines = createInterface({ input: outputOf(receiver) });
    const address = (await nextLine(lines)).replace('listening on ', '');
    const received = nextLine(lines);
    const forged = await fetch(address, { method: 'POST', body: '{}' });
    expect(forged.status).toBe(401);

    const { code, stdout, stderr } = await run(exampleCommand('analyze-job'), {
      env: { API_URL: test.cloud.api, API_KEY: keys.api_key, CALLBACK_URL: address },
    });
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^job_\w+ COMPLETED$/m);
    expect(stdout).toContain('POSITIVE: I love my cat');
    const job_id = stdout.split(' ')[0];
    expect(await received).toBe(`job.completed: ${job_id} COMPLETED, 3 records`);
  } finally {
    receiver.kill();
  }
});

it('examples/analyze-job.ts prints what the API refuses, and exits with 1', async () => {
  const env = { API_URL: test.cloud.api, API_KEY: 'unknown' };
  const { code, stderr } = await run(exampleCommand('analyze-job'), { env });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^(UNAUTHORIZED|FORBIDDEN): /m);
});

function outputOf(child: ChildProcess): NodeJS.ReadableStream {
  if (child.stdout === null) throw new Error('The process has no standard output to read.');
  return child.stdout;
}

async function nextLine(lines: Interface): Promise<string> {
  const [line] = (await once(lines, 'line')) as [string];
  return line;
}
