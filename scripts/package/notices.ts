import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Collects the licences of the packages to which the files belong. If several packages have the
 * same licence text, the text appears once below the names of the packages.
 */
export async function collectNotices(root: string, files: string[]): Promise<string> {
  const folders = new Set(files.flatMap((file) => packageFolder(file) ?? []));
  const packages_by_text = new Map<string, string[]>();
  for (const folder of [...folders].sort()) {
    const { title, text } = await readLicence(join(root, folder));
    packages_by_text.set(text, [...(packages_by_text.get(text) ?? []), title]);
  }
  return [...packages_by_text]
    .map(([text, titles]) => `${titles.join('\n')}\n\n${text}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

/**
 * Returns the folder of the package to which a file belongs, such as `node_modules/@scope/name`. If
 * packages are nested, the function returns the folder of the innermost package.
 */
function packageFolder(file: string): string | undefined {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
}

async function readLicence(folder: string): Promise<{ title: string; text: string }> {
  const { name, version, license } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  ) as { name: string; version: string; license?: string };
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? '' : await readFile(join(folder, file), 'utf8');
  return { title: `${name} ${version} (${license ?? 'see below'})`, text: text.trim() };
}
