import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { buildPage } from './build-page.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/**
 * Packages that the bundles do not contain. Each bundle is therefore 100 KB smaller. The AWS SDK
 * imports these packages only in a browser, or if the environment variables contain no credentials.
 * Lambda always sets environment variables with credentials.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
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

/** Handler to bundle, as a path relative to the root of the repository or as source code. */
export type Bundled = { entry: string } | { source: string };

/** A web page to build, by its folder, relative to the root of the repository. */
interface WebPage {
  page: string;
}

/**
 * Files to put next to the bundle. The keys are target folders, relative to the bundle. The values are
 * paths of files to copy, relative to the root of the repository, or a web page to build.
 */
export type Assets = Record<string, string[] | WebPage>;

/**
 * Bundles a handler as `index.mjs`. The bundle contains the AWS SDK, because the deployed version
 * of the SDK must be the tested version. Dynamic imports become separate files, because a cold
 * start then does not read the dynamically imported code.
 *
 * @returns the path of a temporary folder with the bundle. The caller must remove the folder.
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
    if (!Array.isArray(files)) buildPage(join(ROOT, files.page), join(folder, to));
    else for (const file of files) copyFileSync(join(ROOT, file), join(folder, to, basename(file)));
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
    // Defines require(), because the bundle is an ES module and the CommonJS dependencies call
    // require().
    banner: {
      js: "import { createRequire as auraCreateRequire } from 'node:module'; const require = auraCreateRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
}
