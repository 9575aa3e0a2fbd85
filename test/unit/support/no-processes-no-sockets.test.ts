import { exec, execFile, execFileSync, execSync, fork, spawn, spawnSync } from 'node:child_process';
import { createServer, get } from 'node:http';
import { connect } from 'node:net';
import { expect, it } from 'vitest';

it.each([
  ['exec', () => exec('true')],
  ['execFile', () => execFile('true')],
  ['execFileSync', () => execFileSync('true')],
  ['execSync', () => execSync('true')],
  ['fork', () => fork('true')],
  ['spawn', () => spawn('true')],
  ['spawnSync', () => spawnSync('true')],
])('a unit test that starts a process with %s fails', (_, start) => {
  expect(start).toThrow('A unit test must not start a process.');
});

it('a unit test that listens on a socket fails', () => {
  expect(() => createServer().listen(0)).toThrow('A unit test must not listen on a socket.');
});

it.each([
  ['net', () => connect(9, '127.0.0.1')],
  ['http', () => get('http://127.0.0.1:9')],
])('a unit test that connects with node:%s fails', (_, call) => {
  expect(call).toThrow('A unit test must not connect to a socket.');
});

it('a unit test that fetches from the network fails', async () => {
  const failure = await fetch('http://127.0.0.1:4000').catch((error: Error) => error);
  expect((failure as Error).cause).toMatchObject({
    message: expect.stringContaining('A unit test must not connect to a socket.'),
  });
});
