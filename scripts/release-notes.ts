/**
 * Reads and edits the changelog for a release:
 * `npm run release-notes -- check` fails if nothing is under "Unreleased"; `npm version` calls it first.
 * `npm run release-notes -- release 1.2.3` turns "Unreleased" into the section of that version, dated today.
 * `npm run release-notes -- print 1.2.3` prints a version's section for the GitHub release.
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
