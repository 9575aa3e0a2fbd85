import { createContext, runInContext } from 'node:vm';
import { type BuildResult, build } from 'esbuild';
import { beforeAll, expect, it } from 'vitest';
import { browserPath, openBrowser } from '../support/browser.ts';
import { ROOT } from '../support/process.ts';

/**
 * Maximum size that the client may add to a web page, in minified bytes. Raise the maximum only if
 * users of the client benefit from the additional bytes.
 */
const MAX_MINIFIED_BYTES = 8_900;

/**
 * Program for a web page. The program analyses a text, waits for a job and cancels a job. A stub
 * replaces the API.
 */
const PROGRAM = `
  import { ApiError, createClient } from './client/index.ts';
  const stub = async (url, { method }) => {
    if (url.pathname === '/v1/analyze/sync') return Response.json({ sentiment: 'POSITIVE' });
    if (url.pathname === '/v1/status/job_1') return Response.json({ status: 'COMPLETED' });
    return Response.json({ error: { code: 'NOT_FOUND', message: method } }, { status: 404 });
  };
  const client = createClient({ base_url: 'https://api.example/v1', fetch: stub });
  globalThis.answers = Promise.all([
    client.analyze('I love my cat').then(({ sentiment }) => sentiment),
    client.waitForJob('job_1').then(({ status }) => status),
    client.cancel('job_2').catch((error) => error instanceof ApiError && error.code),
  ]);
`;
const ANSWERS = ['POSITIVE', 'COMPLETED', 'NOT_FOUND'];

let bundled: BuildResult<{ metafile: true; write: false }>;

beforeAll(async () => {
  bundled = await bundleForBrowser({ stdin: { contents: PROGRAM, resolveDir: ROOT } });
});

function bundleForBrowser(input: object) {
  return build({
    format: 'iife',
    ...input,
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'browser',
    minify: true,
    metafile: true,
    write: false,
    outdir: 'out',
    logLevel: 'error',
  });
}

it('a browser bundle of the client holds no Node.js module and no third-party module', () => {
  const inputs = Object.entries(bundled.metafile.inputs).filter(([path]) => path !== '<stdin>');
  const foreign = inputs
    .map(([path]) => path)
    .filter((path) => !/^(client|lib|schemas)\//.test(path));
  expect(foreign).toEqual([]);
  const externals = inputs.flatMap(([, { imports }]) => imports.filter(({ external }) => external));
  expect(externals).toEqual([]);
});

it(`the client takes less than ${MAX_MINIFIED_BYTES} bytes of a minified bundle`, async () => {
  const { outputFiles } = await bundleForBrowser({
    entryPoints: ['client/index.ts'],
    format: 'esm',
  });
  const bytes = outputFiles.map(({ contents }) => contents.length);
  expect(bytes).toHaveLength(1);
  expect(bytes[0]).toBeLessThan(MAX_MINIFIED_BYTES);
  expect(bytes[0]).toBeGreaterThan(MAX_MINIFIED_BYTES / 4);
});

it('the client runs with the globals that browsers and Node.js share, and without process or Buffer', async () => {
  const shared = { URL, Response, TextEncoder, AbortController, setTimeout, clearTimeout, crypto };
  const context = createContext({ ...shared });
  runInContext(bundled.outputFiles[0]?.text ?? '', context);
  expect(await (context as { answers: Promise<unknown> }).answers).toEqual(ANSWERS);
});

it.skipIf(browserPath() === undefined)('the client runs in Chromium', async () => {
  const browser = await openBrowser(browserPath() ?? '');
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ content: bundled.outputFiles[0]?.text ?? '' });
    expect(await page.evaluate('globalThis.answers')).toEqual(ANSWERS);
  } finally {
    await browser.close();
  }
});
