import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import manifest from '../../package.json' with { type: 'json' };
import { collectNotices } from './notices.ts';

/** Bundles the command into dist/cli, with the licences of the packages that the bundle holds. */
export async function bundleCommand(root: string): Promise<void> {
  const outdir = join(root, 'dist', 'cli');
  const { metafile } = await build({
    entryPoints: [join(root, 'cli', 'main.ts')],
    absWorkingDir: root,
    outdir,
    bundle: true,
    // The SDK imports its credential providers when it needs them: each is a file of its own.
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    define: { AURASTREAM_PACKAGE: 'true' },
    // A consumer installs these anyway, for the exports.
    external: Object.keys(manifest.dependencies),
    // CommonJS dependencies inside an ES module still call require().
    banner: {
      js: "import { createRequire as auraCreateRequire } from 'node:module'; const require = auraCreateRequire(import.meta.url);",
    },
    metafile: true,
    logLevel: 'error',
  });
  const notices = await collectNotices(root, Object.keys(metafile.inputs));
  await writeFile(join(outdir, 'THIRD-PARTY-NOTICES.txt'), notices);
}
