import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import manifest from '../../package.json' with { type: 'json' };
import { collectNotices } from './notices.ts';

/**
 * Bundles the command into dist/cli. Also writes the licences of the bundled packages to dist/cli.
 *
 * @returns which files were bundled, and which file of the bundle imports which.
 */
export async function bundleCommand(root: string): Promise<Metafile> {
  const outdir = join(root, 'dist', 'cli');
  const { metafile } = await build({
    entryPoints: [join(root, 'cli', 'main.ts')],
    absWorkingDir: root,
    outdir,
    bundle: true,
    // Splitting puts each command and the AWS SDK's credential providers into separate files, which
    // Node.js loads only if they are needed.
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    define: {
      AURASTREAM_PACKAGE: 'true',
      AURASTREAM_VERSION: JSON.stringify(manifest.version),
    },
    // The bundle does not contain the package's dependencies, because npm installs the dependencies
    // together with the package.
    external: Object.keys(manifest.dependencies),
    // Defines require(), because the bundle is an ES module and the CommonJS dependencies call
    // require().
    banner: {
      js: "import { createRequire as auraCreateRequire } from 'node:module'; const require = auraCreateRequire(import.meta.url);",
    },
    metafile: true,
    logLevel: 'error',
  });
  const notices = await collectNotices(root, Object.keys(metafile.inputs));
  await writeFile(join(outdir, 'THIRD-PARTY-NOTICES.txt'), notices);
  return metafile;
}
