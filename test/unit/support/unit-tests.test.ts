import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { cleanWorker } from '../../support/clean-worker.ts';
import { ROOT } from '../../support/process.ts';
import { OWN_MODULES } from '../../support/unit-tests.ts';

const THIS_FILE = 'test/unit/support/unit-tests.test.ts';
/** In two parts, because a file that contains the call runs alone. */
const RELOAD = ['resetModules', '('].join('');

it('a unit test file that replaces modules runs alone, and the other files of a worker share them', () => {
  expect(OWN_MODULES).toContain('test/unit/jobs/callbacks/post.test.ts');
  expect(OWN_MODULES).toContain('test/infra/app.test.ts');
  expect(readFileSync(join(ROOT, 'test/infra/app.test.ts'), 'utf8')).toContain(RELOAD);
  expect(OWN_MODULES).not.toContain(THIS_FILE);
});

it('a unit test file leaves no fake clock, no variable and no global to the next file of its worker', () => {
  vi.useFakeTimers();
  vi.stubEnv('LEFT_BEHIND', 'yes');
  vi.stubGlobal('LEFT_BEHIND', 'yes');
  cleanWorker();
  const found = [vi.isFakeTimers(), process.env.LEFT_BEHIND, 'LEFT_BEHIND' in globalThis];
  expect(found).toEqual([false, undefined, false]);
});
