import { join } from 'node:path';
import { build } from 'esbuild';
import manifest from '../../package.json' with { type: 'json' };
import { ROOT } from './process.ts';

/**
 * Bundles the sources of `aurastream` into one file. The bundle starts several times faster than the
 * sources, and tests start the command often. Unlike the bundle of the npm package, it gives the advice
 * of a clone.
 *
 * @param folder the folder of the bundle.
 * @returns the path of the bundle.
 */
export async function bundleCommand(folder: string): Promise<string> {
  const outfile = join(folder, 'aurastream.mjs');
  await build({
    entryPoints: [join(ROOT, 'cli', 'main.ts')],
    absWorkingDir: ROOT,
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // The bundle is in another folder than package.json, as that of the npm package.
    define: { AURASTREAM_VERSION: JSON.stringify(manifest.version) },
    // Defines require(), because the CommonJS dependencies call require().
    banner: {
      js: "import { createRequire as bundleRequire } from 'node:module'; const require = bundleRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  return outfile;
}
