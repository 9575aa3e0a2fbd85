import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './process.ts';

/** A call that changes which modules later imports get. */
const CHANGES_MODULES = /\bvi\.(mock|doMock|unmock|doUnmock|resetModules)\(/;

/**
 * The unit test files that replace or reload modules. Other test files of the same worker would get
 * the replaced modules, so each of these files runs alone.
 */
export const OWN_MODULES = ['test/unit', 'test/infra', 'packages']
  .flatMap((folder) => listTests(folder))
  .filter((path) => !path.includes('/contract/'))
  .filter((path) => CHANGES_MODULES.test(readFileSync(join(ROOT, path), 'utf8')))
  .sort();

/** The unit test files of a worker share its modules, and its globals, which each file resets. */
export const UNIT_TESTS = {
  include: ['test/{unit,infra}/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
  exclude: ['packages/*/test/contract/**', ...OWN_MODULES],
};

export const UNIT_SETUP = [
  'test/support/no-processes-no-sockets.ts',
  'test/support/end-sdk-loops.ts',
  'test/support/mock-bundling.ts',
  'test/support/clean-worker.ts',
];

/** Lists the test files in a folder as paths from the root of the project. */
function listTests(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path).replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.test.ts') && !path.includes('node_modules'));
}
