import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** As infra/constructs/handler.ts has functions bundled: what stands beside them must not be packed worse, or better. */
const LIKE_A_FUNCTION = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  mainFields: ['module', 'main'],
  minify: true,
  sourcemap: true,
  sourcesContent: false,
  banner: {
    js: "import { createRequire as auraCreateRequire } from 'node:module'; const require = auraCreateRequire(import.meta.url);",
  },
} satisfies BuildOptions;

/** What to bundle: a file from the root of the repository, or a source. */
export type Bundled = { entry: string } | { source: string };

/** Bundles as a function is bundled. @returns the module. */
export async function bundle(what: Bundled, folder: string, name: string): Promise<string> {
  const outfile = join(folder, name, 'index.mjs');
  const input: BuildOptions =
    'entry' in what
      ? { entryPoints: [join(ROOT, what.entry)] }
      : { stdin: { contents: what.source, resolveDir: ROOT, loader: 'ts' } };
  await build({ ...LIKE_A_FUNCTION, ...input, outfile, logLevel: 'error' });
  return outfile;
}
