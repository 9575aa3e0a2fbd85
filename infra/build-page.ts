import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildSync, type Metafile } from 'esbuild';

/**
 * Builds a web page: bundles `main.tsx` and its styles into files whose names have a hash of their
 * content, and writes `index.html` with these names. A browser can keep such files for ever.
 *
 * @param source folder of the page. Its `index.html` names `main.js` and `main.css`.
 * @param target folder for the built files, which exists.
 * @throws {Error} if the sources do not compile.
 */
export function buildPage(source: string, target: string): void {
  const { metafile } = buildSync({
    entryPoints: [join(source, 'main.tsx'), join(source, 'icon.svg')],
    absWorkingDir: source,
    outdir: target,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.svg': 'copy' },
    minify: true,
    metafile: true,
    legalComments: 'none',
    logLevel: 'error',
  });
  let page = readFileSync(join(source, 'index.html'), 'utf8');
  for (const [name, built] of listNames(metafile)) {
    if (!page.includes(name)) throw new Error(`index.html does not name ${name}.`);
    page = page.replace(name, built);
  }
  writeFileSync(join(target, 'index.html'), page);
  writeFileSync(join(target, 'notices.txt'), collectLicences(source, metafile));
}

/** Collects the licences of the packages whose files are in the built files. */
function collectLicences(source: string, { inputs }: Metafile): string {
  const folders = Object.keys(inputs).flatMap(
    (file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? [],
  );
  const licences = [...new Set(folders)].sort().map((path) => {
    const folder = join(source, path);
    const { name, version, license } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    ) as Record<string, string>;
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) throw new Error(`${name} has no licence file.`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  });
  return licences.join(`\n${'-'.repeat(80)}\n\n`);
}

/** Lists the names that the page has for its files, each with the name of the built file. */
function listNames({ outputs }: Metafile): [name: string, built: string][] {
  return Object.entries(outputs).flatMap(([file, { entryPoint, cssBundle }]) => {
    const built = basename(file);
    if (cssBundle !== undefined)
      return [
        ['main.js', built],
        ['main.css', basename(cssBundle)],
      ];
    return /^icon-/.test(built) || entryPoint === 'icon.svg' ? [['icon.svg', built]] : [];
  });
}
