import { execFileSync } from 'node:child_process';

const CHECKED = /\.(ts|mjs|md|yml)$/;

/** The tracked files that the voice rules cover, as paths from the root of the repository. */
export function listTrackedFiles(root: string): string[] {
  const listing = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' });
  return listing.split('\0').filter((path) => CHECKED.test(path));
}
