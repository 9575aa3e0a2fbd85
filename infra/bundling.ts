import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/**
 * Packages (100 KB) that bundles leave out. The SDK imports them only in a browser, or when the environment variables
 * hold no credentials, and Lambda always sets those variables:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
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

/** A handler: its path from the root of the repository, or its source text. */
export type Bundled = { entry: string } | { source: string };

/** Files beside the bundle, by folder. Their paths start at the root of the repository. */
export type Assets = Record<string, string[]>;

/**
 * Bundles a handler as `index.mjs` with the SDK, so that the tested version is the deployed one. Dynamic imports become
 * files of their own, which a cold start does not read.
 *
 * @returns the folder, which the caller must remove.
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
    // CommonJS dependencies inside an ES module call require().
    banner: {
      js: "import { createRequire as auraCreateRequire } from 'node:module'; const require = auraCreateRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
}
