/**
 * Reads and edits the changelog for a release. The program has three commands.
 *
 * `npm run release-notes -- check` fails if the section "Unreleased" is empty. `npm version` runs
 * this command first.
 *
 * `npm run release-notes -- release 1.2.3` renames the section "Unreleased" to the version and the
 * current date.
 *
 * `npm run release-notes -- print 1.2.3` prints the section of a version for the GitHub release.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { releaseChangelog, releaseNotes, requireUnreleasedNotes } from './release/changelog.ts';

const CHANGELOG = new URL('../CHANGELOG.md', import.meta.url);

function requireVersion(version: string | undefined): string {
  if (version !== undefined && /^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) return version;
  throw new Error(`release-notes: expected a version such as 1.2.3, got ${version ?? 'none'}.`);
}

function main([action, version]: string[]): void {
  const changelog = readFileSync(CHANGELOG, 'utf8');
  switch (action) {
    case 'check':
      requireUnreleasedNotes(changelog);
      break;
    case 'print':
      console.log(releaseNotes(changelog, requireVersion(version)));
      break;
    case 'release': {
      const today = new Date().toISOString().slice(0, 10);
      writeFileSync(CHANGELOG, releaseChangelog(changelog, requireVersion(version), today));
      break;
    }
    default:
      throw new Error(
        `release-notes: expected check, release VERSION or print VERSION, got ${action ?? 'nothing'}.`,
      );
  }
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
