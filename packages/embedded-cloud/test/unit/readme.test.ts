import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const readme = readFileSync(new URL('README.md', ROOT), 'utf8');

/** The section with the table of rules. Other tables of the page also refer to AWS. */
const rules =
  readme.split(/^## /m).find((section) => section.startsWith('What AWS enforces')) ?? '';
/** The rows of the table of rules, as lists of cells. */
const rows = rules
  .split('\n')
  .filter((line) => /^\|.*\]\(https:\/\/(docs\.)?aws\.amazon\.com/.test(line))
  .map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
const tests = readdirSync(new URL('test', ROOT), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts') && !name.endsWith('readme.test.ts'))
  .map((name) => readFileSync(new URL(`test/${name}`, ROOT), 'utf8'))
  .join('\n');

it('the table of rules says of each rule whether it is enforced, and for an enforced rule names a test that exists', () => {
  expect(rows.length).toBeGreaterThan(20);
  for (const [service, rule, enforced, page, proof] of rows) {
    const row = `${service}: ${rule}`;
    expect(['yes', 'no', 'by option'], row).toContain(enforced);
    expect(page, row).toMatch(/^\[[^\]]+\]\(https:\/\/(docs\.)?aws\.amazon\.com\/[^)]+\)$/);
    if (enforced === 'no') expect(proof, row).not.toBe('');
    else
      expect(tests.includes(`'${proof}'`) || tests.includes(`"${proof}"`), `${row}: ${proof}`).toBe(
        true,
      );
  }
});
