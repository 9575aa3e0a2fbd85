import { createServer } from 'node:net';
import { readRunningCloud } from '../cloud.ts';
import { Advice } from '../errors.ts';

/** Versions of Node.js that the package supports, as its `engines` say. */
const LEAST_NODE: Record<number, number> = { 20: 19, 22: 13 };
const NEWEST_LISTED = 24;
/** The port of the embedded cloud, unless its user names another. */
const PORT = 4566;

/** @throws {Advice} if the package does not support the version. */
export async function findNode(version = process.versions.node): Promise<string> {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major >= NEWEST_LISTED || minor >= (LEAST_NODE[major] ?? Number.POSITIVE_INFINITY)) {
    return version;
  }
  throw new Advice(
    `Node.js ${version} is not supported.`,
    'Install Node.js 24, or 22.13 or 20.19 of the older lines.',
  );
}

/** @throws {Advice} if another program has the port of the embedded cloud. */
export async function findPort(port = PORT): Promise<string> {
  const cloud = await readRunningCloud();
  if (cloud !== undefined) return `the embedded cloud runs at ${cloud.endpoint}`;
  if (await isFree(port)) return `${port} is free for an embedded cloud`;
  throw new Advice(
    `Another program uses port ${port}.`,
    'Stop it, or start the embedded cloud with --port N.',
  );
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
