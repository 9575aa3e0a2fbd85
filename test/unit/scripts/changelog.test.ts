import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  releaseChangelog,
  releaseNotes,
  requireUnreleasedNotes,
} from '../../../scripts/release/changelog.ts';

const UNRELEASED = '### Added\n\n- A thing.\n';
const RELEASED = '## 0.1.0 - 2026-01-02\n\n### Fixed\n\n- Another.\n';
const changelog = (unreleased: string) =>
  `# Changelog\n\n## Unreleased\n\n${unreleased}\n${RELEASED}`;

it('a release turns Unreleased into a dated section and leaves an empty one above it', () => {
  expect(releaseChangelog(changelog(UNRELEASED), '0.2.0', '2026-03-04')).toBe(
    `# Changelog\n\n## Unreleased\n\n## 0.2.0 - 2026-03-04\n\n${UNRELEASED}\n${RELEASED}`,
  );
});

it('the first release of a changelog needs no section below it', () => {
  expect(releaseChangelog('# Changelog\n\n## Unreleased\n\n- A.\n', '0.1.0', '2026-03-04')).toBe(
    '# Changelog\n\n## Unreleased\n\n## 0.1.0 - 2026-03-04\n\n- A.\n',
  );
});

it.each([
  ['', 'no line'],
  ['### Added\n', 'a heading alone'],
  ['- \n', 'an empty entry'],
])('a version is refused while Unreleased has %j: %s', (unreleased) => {
  expect(() => requireUnreleasedNotes(changelog(unreleased))).toThrow('found none');
  expect(() => releaseChangelog(changelog(unreleased), '0.2.0', '2026-03-04')).toThrow(
    'expected at least one entry under "## Unreleased"',
  );
});

it('entries of an older release do not count as unreleased notes', () => {
  expect(() => requireUnreleasedNotes(`# Changelog\n\n## Unreleased\n\n${RELEASED}`)).toThrow();
});

it('a version that has a section is refused', () => {
  expect(() => releaseChangelog(changelog(UNRELEASED), '0.1.0', '2026-03-04')).toThrow('is new');
});

it('the notes of a version are its section without the heading', () => {
  expect(releaseNotes(changelog(UNRELEASED), '0.1.0')).toBe('### Fixed\n\n- Another.');
});

it('the notes of a version that is missing fail with the versions that are there', () => {
  expect(() => releaseNotes(changelog(UNRELEASED), '9.9.9')).toThrow(
    'expected a section "## 9.9.9", found Unreleased, 0.1.0',
  );
});

it('a changelog without an Unreleased section is refused', () => {
  expect(() => requireUnreleasedNotes(`# Changelog\n\n${RELEASED}`)).toThrow('found 0.1.0');
});

it('the version in package.json has notes in the changelog', () => {
  const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
  const { version } = JSON.parse(read('package.json')) as { version: string };
  expect(releaseNotes(read('CHANGELOG.md'), version)).toMatch(/^- \S/m);
});
