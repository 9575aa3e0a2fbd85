import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import manifest from '../../package.json' with { type: 'json' };
import { collectNotices } from './notices.ts';

/** Bundles the command into dist/cli, with the licences of the bundled packages. */
export async function bundleCommand(root: string): Promise<void> {
  const outdir = join(root, 'dist', 'cli');
  const { metafile } = await build({
    entryPoints: [join(root, 'cli', 'main.ts')],
    absWorkingDir: root,
    outdir,
    bundle: true,
    // Splitting keeps the SDK's credential providers in files of their own, which are loaded when needed.
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    define: { AURASTREAM_PACKAGE: 'true' },
    // Users of the package install these anyway, because its exports need them.
    external: Object.keys(manifest.dependencies),
    // The CommonJS dependencies in this ES module call require().
    banner: {
      js: "import { createRequire as auraCreateRequire } from 'node:module'; const require = auraCreateRequire(import.meta.url);",
    },
    metafile: true,
    logLevel: 'error',
  });
  const notices = await collectNotices(root, Object.keys(metafile.inputs));
  await writeFile(join(outdir, 'THIRD-PARTY-NOTICES.txt'), notices);
}
