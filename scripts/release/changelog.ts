/**
 * Reads and edits CHANGELOG.md. The file has a section `## Unreleased` and a section for each
 * version, such as `## 1.2.3 - 2026-01-31`. The newest section is first.
 */

const HEADING = /^## (.+)$/gm;
const UNRELEASED = 'Unreleased';

interface Section {
  /** Name of the section, which is `Unreleased` or a version such as `0.1.0`. */
  name: string;
  /** Index of the first character of the section's heading in the changelog. */
  start: number;
  /** Index of the first character after the section in the changelog. */
  end: number;
  body: string;
}

/**
 * Returns the notes of a release or of the unreleased changes.
 *
 * @param name version of the release, or `Unreleased`.
 * @throws {Error} if the changelog has no such section.
 */
export function releaseNotes(changelog: string, name: string): string {
  return findSection(changelog, name).body;
}

/**
 * Checks that the section `Unreleased` has at least one entry.
 *
 * @throws {Error} if the section `Unreleased` is empty.
 */
export function requireUnreleasedNotes(changelog: string): void {
  if (/^- \S/m.test(releaseNotes(changelog, UNRELEASED))) return;
  throw new Error(
    'CHANGELOG.md: expected at least one entry under "## Unreleased", found none. ' +
      'Write what users notice of this release, one "- " line each.',
  );
}

/**
 * Renames the section `Unreleased` to a version and a date, and inserts an empty section
 * `Unreleased` above the renamed section.
 *
 * @param date date of the release in the format 2026-01-31.
 * @throws {Error} if the section `Unreleased` is empty or the version already has a section.
 */
export function releaseChangelog(changelog: string, version: string, date: string): string {
  requireUnreleasedNotes(changelog);
  if (listSections(changelog).some(({ name }) => name === version)) {
    throw new Error(`CHANGELOG.md has a section "## ${version}". Choose a version that is new.`);
  }
  const { start, end, body } = findSection(changelog, UNRELEASED);
  const released = `## ${UNRELEASED}\n\n## ${version} - ${date}\n\n${body}\n`;
  const rest = changelog.slice(end);
  return changelog.slice(0, start) + released + (rest === '' ? '' : `\n${rest}`);
}

function findSection(changelog: string, name: string): Section {
  const sections = listSections(changelog);
  const section = sections.find((candidate) => candidate.name === name);
  if (section !== undefined) return section;
  const names = sections.map((candidate) => candidate.name).join(', ');
  throw new Error(`CHANGELOG.md: expected a section "## ${name}", found ${names || 'none'}.`);
}

function listSections(changelog: string): Section[] {
  const headings = [...changelog.matchAll(HEADING)];
  return headings.map((heading, index) => {
    const end = headings[index + 1]?.index ?? changelog.length;
    const body = changelog.slice(heading.index + heading[0].length, end).trim();
    const [name = ''] = (heading[1] ?? '').split(' - ');
    return { name: name.trim(), start: heading.index, end, body };
  });
}
