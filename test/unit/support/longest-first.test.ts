import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import LongestFirst, { LONG_FILES } from '../../support/longest-first.ts';
import { ROOT } from '../../support/process.ts';

it.each(LONG_FILES)('the long test file %s exists', (path) => {
  expect(existsSync(join(ROOT, path))).toBe(true);
});

it('the long test files of a layer start first, and a layer starts after the one before it', async () => {
  const spec = (path: string, groupOrder: number) => ({
    moduleId: join(ROOT, path),
    project: { name: `layer ${groupOrder}`, config: { sequence: { groupOrder } } },
  });
  const [longest, second] = [LONG_FILES[0]!, LONG_FILES[1]!];
  const files = [spec('a.test.ts', 1), spec(second, 1), spec('b.test.ts', 0), spec(longest, 1)];
  const cache = { getFileTestResults: () => undefined, getFileStats: () => undefined };
  const sequencer = new LongestFirst({ cache, config: { root: ROOT } } as never);
  const sorted = await sequencer.sort(files as never);
  const names = sorted.map(({ moduleId }) => moduleId.slice(ROOT.length));
  expect(names).toEqual(['b.test.ts', longest, second, 'a.test.ts']);
});
