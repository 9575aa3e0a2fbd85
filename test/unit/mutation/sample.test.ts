import { afterEach, expect, it, vi } from 'vitest';
import { SAMPLE_VARIABLE } from '../../mutation/rooms.ts';

const SAMPLE = new URL('../../mutation/plugins/sample.mjs', import.meta.url).href;
const { strykerPlugins } = await import(SAMPLE);
const [{ value: ignorer }] = strykerPlugins;

afterEach(() => vi.unstubAllEnvs());

const aFunction = (name: string) => ({ type: 'FunctionDeclaration', id: { name } });
const aConstant = (name: string) => ({
  type: 'VariableDeclaration',
  declarations: [{ id: { name } }],
});
const anExported = (declaration: object) => ({ type: 'ExportNamedDeclaration', declaration });
const NAMES = Array.from({ length: 1_000 }, (_, i) => `compute${i}`);

const isKept = (node: object, parent = 'Program') =>
  ignorer.shouldIgnore({ node, parent: { type: parent } }) === undefined;

it('a sample of one in four keeps about a quarter of the declarations', () => {
  vi.stubEnv(SAMPLE_VARIABLE, '4');
  const kept = NAMES.filter((name) => isKept(aFunction(name)));
  expect(kept.length).toBeGreaterThan(200);
  expect(kept.length).toBeLessThan(300);
});

it('a sample depends on the name alone: functions, constants and exports of one name stay or go together', () => {
  vi.stubEnv(SAMPLE_VARIABLE, '4');
  for (const name of NAMES) {
    const kept = isKept(aFunction(name));
    expect(isKept(aConstant(name)), name).toBe(kept);
    expect(isKept(anExported(aFunction(name))), name).toBe(kept);
  }
});

it('a sample decides on whole declarations, never on parts of one', () => {
  vi.stubEnv(SAMPLE_VARIABLE, '1000000');
  expect(isKept(aFunction('compute1'), 'BlockStatement')).toBe(true);
  expect(isKept(aFunction('compute1'))).toBe(false);
});

it('without a sample, every declaration is mutated', () => {
  expect(NAMES.every((name) => isKept(aFunction(name)))).toBe(true);
});
