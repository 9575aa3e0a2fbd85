import { execFileSync } from 'node:child_process';

const CHECKED = /\.(ts|mjs|md|yml)$/;

/**
 * Lists the files in Git to which the voice rules apply. The paths are relative to the root of the
 * repository.
 */
export function listTrackedFiles(root: string): string[] {
  const listing = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' });
  return listing.split('\0').filter((path) => CHECKED.test(path));
}
