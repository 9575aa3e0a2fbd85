import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALLOWED_PARTICIPLES, UNCHECKED_FILES } from './exceptions.ts';
import { findParticiples } from './participles.ts';
import { listComments, listStrings, parseSource } from './source.ts';
import { type Finding, findWordsInProse, findWordsInText } from './words.ts';

/** Checks whether the text of one file follows the voice rules, and returns the violations. */
export function checkText(path: string, text: string): Finding[] {
  if (!/\.(ts|mjs)$/.test(path)) return findWordsInText(path, text);
  const file = parseSource(path, text);
  const prose = [...listComments(file), ...listStrings(file)];
  const allowed = new Set(Object.keys(ALLOWED_PARTICIPLES));
  return [...findWordsInProse(path, text, prose), ...findParticiples(path, file, allowed)];
}

export function checkFiles(root: string, paths: string[]): Finding[] {
  return paths
    .filter((path) => !(path in UNCHECKED_FILES))
    .flatMap((path) => checkText(path, readFileSync(join(root, path), 'utf8')));
}
