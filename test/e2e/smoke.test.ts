import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestCloud, testCloud } from '../support/cloud.ts';
import { run } from '../support/process.ts';

let test: TestCloud;
beforeAll(async () => {
  test = await testCloud({ parameters: { CallbackAllowLoopback: 'true' } });
});
afterAll(() => test.stop());

/** Starts a receiver of callbacks that answers 200. */
async function startReceiver() {
  const received: string[] = [];
  const server = createServer((request, response) => {
    request.on('data', (chunk) => received.push(String(chunk)));
    request.on('end', () => response.writeHead(200).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/hook`, received, close: () => server.close() };
}

const smoke = (...args: string[]) =>
  run(['node', '--import', 'tsx', 'scripts/smoke.ts', ...args], { env: test.environment });

it('npm run smoke drives every route and promise of a stack, and answers have the recorded form', async () => {
  const receiver = await startReceiver();
  const callback = ['--callback-url', receiver.url];
  const { code, stdout, stderr } = await smoke('--yes', '--records', '40', ...callback);
  receiver.close();
  expect(stdout, stderr).not.toMatch(/^✗/m);
  expect(stdout.match(/^✓/gm)).toHaveLength(17);
  expect(stdout).toContain('Every answer has the form that the embedded cloud gives it.');
  expect(receiver.received.join('')).toContain('COMPLETED');
  expect(code).toBe(0);
  for await (const { name } of test.keys.list()) expect(name).not.toContain('smoke-');
}, 240_000);

it('npm run smoke goes on after a promise that does not hold, and exits with 1', async () => {
  const wrong = ['--callback-url', 'ftp://x', '--only', 'job of an uploaded file'];
  const run = ['--yes', '--records', '10', ...wrong, '--only', 'another size'];
  const { code, stdout } = await smoke(...run);
  expect(stdout).toMatch(/^✗ A job of an uploaded file/m);
  expect(stdout.match(/^✓/gm)).toHaveLength(2);
  expect(stdout).toMatch(/^✓ S3 refuses a file of another size/m);
  expect(stdout).toMatch(/^✓ The texts of the run leave the results table/m);
  expect(code).toBe(1);
}, 240_000);

it('npm run smoke says what it costs, and does nothing without a yes', async () => {
  const { code, stdout, stderr } = await smoke();
  expect(stdout).toMatch(/costs about \$0\.\d\d/);
  expect(stderr).toContain('Nothing was done.');
  expect(code).toBe(1);
  expect((await smoke('--records', '50000')).stderr).toMatch(
    /would cost \$\d+\.\d\d. Lower --records/,
  );
  expect((await smoke('--yes', '--only', 'no such step')).stderr).toContain(
    'The routes without a key',
  );
});
