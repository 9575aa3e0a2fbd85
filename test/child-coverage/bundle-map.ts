import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { EncodedSourceMap } from '@jridgewell/trace-mapping';
import { lengthsOf } from './points.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const known = new Map<string, ReturnType<typeof read>>();

/**
 * Reads the source map next to a bundle.
 *
 * @returns undefined for a script without a source map.
 */
export function readBundleMap(url: string): ReturnType<typeof read> {
  const map = known.get(url) ?? read(url);
  known.set(url, map);
  return map;
}

async function read(url: string) {
  const path = fileURLToPath(url);
  const text = await readFile(`${path}.map`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const map = JSON.parse(text) as EncodedSourceMap;
  const sources = map.sources.map((source) => source && locateSource(source, ROOT));
  return { lineLengths: lengthsOf(await readFile(path, 'utf8')), data: { ...map, sources } };
}

/**
 * Returns the URL of a source file from a bundle's source map. CDK's synthesis moves the bundle.
 * The relative paths of the source map then start at a wrong folder, but they still end with the
 * path inside the repository. A path outside the repository is returned unchanged.
 */
export function locateSource(source: string, root: string): string {
  const path = `/${source.replace(/^(\.\.\/)+/, '')}`;
  const folder = `/${basename(root)}/`;
  const start = path.lastIndexOf(folder);
  return start < 0 ? source : pathToFileURL(join(root, path.slice(start + folder.length))).href;
}
