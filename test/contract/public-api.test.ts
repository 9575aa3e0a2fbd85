import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { OverviewResponse, StatsResponse } from '../../schemas/index.ts';
import { ENTRY_POINTS, listDocumentedExports } from '../support/doc-examples.ts';
import { ROOT, run } from '../support/process.ts';
import { testApi } from '../unit/api/app.ts';

const EXPORTS = listDocumentedExports();
const EXAMPLES = EXPORTS.flatMap(({ name, examples }) => examples.map((code) => ({ name, code })));

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aurastream-examples-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it.each(EXPORTS)('$name has a docstring and an example', ({ docs, examples }) => {
  expect(docs).not.toBe('');
  expect(examples.length).toBeGreaterThan(0);
});

it('the example of every export type-checks in strict mode', async () => {
  for (const [i, { name, code }] of EXAMPLES.entries()) {
    await writeFile(join(folder, `example-${i}.ts`), `// ${name}\n${code}\nexport {};\n`);
  }
  const paths = Object.entries(ENTRY_POINTS).map(([name, path]) => [name, [path]]);
  const config = {
    extends: join(ROOT, 'tsconfig.json'),
    compilerOptions: {
      noUnusedLocals: false,
      paths: Object.fromEntries(paths),
      typeRoots: [join(ROOT, 'node_modules', '@types')],
    },
    include: ['*.ts'],
  };
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(ROOT, 'node_modules', 'typescript-7', 'bin', 'tsc');
  const { code, stdout } = await run(['node', tsc, '-p', folder]);
  expect(code, stdout).toBe(0);
});

it('the API reference of every export builds without a warning', async () => {
  const typedoc = join(ROOT, 'node_modules', 'typedoc', 'bin', 'typedoc');
  const { code, stdout, stderr } = await run(['node', typedoc, '--emit', 'none']);
  expect(code, stdout + stderr).toBe(0);
});

const RUNNABLE = EXAMPLES.filter(({ code }) => !/aurastream\/kinesis.*\.publish/s.test(code));

it.each(RUNNABLE)('the example of $name runs', async ({ name, code }) => {
  const path = join(folder, `${name.replaceAll(/\W+/g, '-')}.mjs`);
  await build({
    stdin: { contents: code, resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    alias: ENTRY_POINTS,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    outfile: path,
    logLevel: 'error',
  });
  vi.stubGlobal('fetch', fetchFromMemory());
  const printed = [vi.spyOn(console, 'log'), vi.spyOn(console, 'error'), vi.spyOn(console, 'warn')];
  for (const spy of printed) spy.mockImplementation(() => undefined);
  try {
    await expect(import(pathToFileURL(path).href)).resolves.toBeDefined();
  } finally {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  }
});

/**
 * Returns a `fetch` function that calls the in-memory API. The function cancels a job before each
 * request for the status of the job. The examples therefore do not wait for the end of a job.
 */
function fetchFromMemory(): typeof fetch {
  const stats = async () => ({ total: 0, cache: { hit_rate: 0 } }) as StatsResponse;
  const overview = async () => ({ total: 0, previous: { total: 0 } }) as OverviewResponse;
  const api = testApi(undefined, { stats, overview });
  return async (input, init) => {
    const { pathname, search } = new URL(String(input));
    const path = pathname.replace(/^\/v1/, '');
    if (path.startsWith('/status/')) {
      await api.request(path.replace('status', 'jobs'), { method: 'DELETE' });
    }
    return api.request(`${path}${search}`, init);
  };
}
