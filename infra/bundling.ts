import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/**
 * What the SDK imports only where a process has no credentials in its environment, or runs in a browser. A function
 * always has its credentials there (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html), so 100 KB
 * of signing in on a laptop stay out.
 */
const NEVER_REACHED = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
  'bowser',
];

/** A handler: its file from the root of the repository, or its source. */
export type Bundled = { entry: string } | { source: string };

/** Files that go along, by folder: paths from the root of the repository. */
export type Assets = Record<string, string[]>;

/**
 * Bundles a handler as `index.mjs`, the SDK included: the version that was tested is the version that runs. What is
 * imported dynamically goes to files of its own, that a cold start does not read.
 *
 * @returns the folder, which is the caller's to remove.
 */
export function bundle(what: Bundled, assets: Assets = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'aurastream-bundle-'));
  try {
    build(what, folder);
  } catch (cause) {
    rmSync(folder, { recursive: true, force: true });
    throw cause;
  }
  for (const [to, files] of Object.entries(assets)) {
    mkdirSync(join(folder, to), { recursive: true });
    for (const file of files) copyFileSync(join(ROOT, file), join(folder, to, basename(file)));
  }
  return folder;
}

function build(what: Bundled, folder: string): void {
  buildSync({
    ...('entry' in what
      ? { entryPoints: [join(ROOT, what.entry)] }
      : { stdin: { contents: what.source, resolveDir: ROOT, loader: 'ts' } }),
    absWorkingDir: ROOT,
    outdir: folder,
    entryNames: 'index',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['module', 'main'],
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    external: NEVER_REACHED,
    // CommonJS dependencies inside an ES module still call require().
    banner: {
      js: "import { createRequire as auraCreateRequire } from 'node:module'; const require = auraCreateRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
}
