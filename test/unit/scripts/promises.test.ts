import { expect, it } from 'vitest';
import type { DocumentPromises } from '../../../scripts/promises/entry.ts';
import { linkPromises } from '../../../scripts/promises/link.ts';
import { writePage } from '../../../scripts/promises/page.ts';
import { listSentences } from '../../../scripts/promises/sentences.ts';
import { listTests } from '../../../scripts/promises/titles.ts';

const MARKDOWN = `# Page

Nothing is [lost](reliability.md), and \`redrive\` puts
it back. See below.

## Limits

| what | limit |
| ---- | ----- |
| text | 1 MiB |
`;

const document = (changes: Partial<DocumentPromises> = {}): DocumentPromises => ({
  path: 'docs/page.md',
  promises: [
    { says: 'Nothing is lost, and `redrive` puts it back.', tests: ['nothing is lost'] },
    { says: 'text | 1 MiB', tests: [/limit of a text/] },
  ],
  explains: ['See below.'],
  skipped_sections: {},
  ...changes,
});

const tests = ['nothing is lost', 'the limit of a text is 1 MiB'].map((title) => ({
  title,
  path: 'test/unit/a.test.ts',
}));

const link = (changes: Partial<DocumentPromises> = {}, markdown = MARKDOWN) =>
  linkPromises(document(changes), { markdown, entries_path: 'entries.ts', tests });

it('the promises page links each promise to its tests, below the section of its document', () => {
  const linked = link();
  expect(linked.problems).toEqual([]);
  const page = writePage([linked]);
  expect(page).toContain(
    '### Page\n\n- Nothing is lost, and `redrive` puts it back.\n' +
      '  - [nothing is lost](../test/unit/a.test.ts)\n',
  );
  expect(page).toContain('### Limits\n\n- text | 1 MiB\n  - [the limit of a text is 1 MiB](');
  expect(page).toContain('2 promises have a test. 0 cannot be tested here');
});

it('a promise without a test is refused', () => {
  const { problems } = link({ promises: [{ says: 'Nothing is lost', tests: [] }] });
  expect(problems[0]).toContain('"Nothing is lost" has no test. Link a test');
});

it('a promise whose test does not exist is refused with the most similar title and what to do', () => {
  const { promises } = document();
  const missing = { says: 'text | 1 MiB', tests: ['the limit of a text is 2 MiB'] };
  const { problems } = link({ promises: [...promises, missing] });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain('no test has this title');
  expect(problems[0]).toContain('The most similar title is "the limit of a text is 1 MiB"');
  expect(problems[0]).toContain('write its new title in entries.ts');
});

it('a promise or an explanation that no longer stands in the document is refused', () => {
  const { problems } = link({}, MARKDOWN.replace('1 MiB', '2 MiB').replace('below', 'above'));
  const stale = problems.filter((problem) => problem.includes('no longer stands'));
  expect(stale.map((problem) => /"(.*?)"/.exec(problem)?.[1])).toEqual([
    'text | 1 MiB',
    'See below.',
  ]);
});

it('an entry that quotes less than eight characters is refused, and stands for no sentence', () => {
  const { problems } = link({ explains: ['', 'See'] });
  expect(problems).toEqual([
    expect.stringContaining('"" no longer stands in the document'),
    expect.stringContaining('"See" no longer stands in the document'),
    expect.stringContaining('"See below.": the sentence is new'),
  ]);
});

it('a sentence and a table row that no entry mentions are refused, with their line', () => {
  const { problems } = link({}, `${MARKDOWN}| file | 5 GB |\n\nIt is fast.\n`);
  expect(problems).toEqual([
    expect.stringContaining('line 11, "file | 5 GB": the sentence is new'),
    expect.stringContaining('line 13, "It is fast.": the sentence is new'),
  ]);
});

it('the sentences of a skipped section need no entry, and a skipped section must exist', () => {
  const skipped_sections = { Limits: 'measured', Gone: 'measured' };
  const { problems } = link({ skipped_sections }, `${MARKDOWN}\nIt is fast.\n`);
  expect(problems).toEqual([expect.stringContaining('has no section "Gone"')]);
});

it('an untested promise shows its reason', () => {
  const { promises } = document();
  const untested = { says: 'text | 1 MiB', untested: 'AWS does it.' };
  const linked = link({ promises: [promises[0]!, untested] });
  expect(linked.problems).toEqual([]);
  expect(writePage([linked])).toContain('- text | 1 MiB\n  - no test: AWS does it.\n');
});

it('sentences end at full stops and colons, and list items, table rows and code lines stand alone', () => {
  const markdown =
    '# A\n\nOne, e.g. this. Two:\n`three` is.\n\n1. four\n2. five\n   six\n\n```\nrun\n```\n';
  const found = listSentences(markdown);
  expect(found.map(({ text }) => text)).toEqual([
    'One, e.g. this.',
    'Two:',
    'three is.',
    'four',
    'five six',
    'run',
  ]);
  expect(found.map(({ is_code }) => is_code).indexOf(true)).toBe(5);
  expect(found.map(({ line }) => line)).toEqual([3, 3, 3, 6, 7, 11]);
});

it.each([
  ["it('a title', () => {});", ['a title']],
  ["test.each([1])('each %d', () => {});", ['each %d']],
  ["it.skipIf(true)('now and then', () => {});", ['now and then']],
  ["it.each([\n  ['x'],\n])(\n  'in %s',\n  () => {},\n);", ['in %s']],
  [
    "describe('a group', () => {\n  it(`of $" + '{x} and $' + '{y}`, () => {});\n});',
    ['of … and …'],
  ],
  ["it.skip('never', () => {}); it.todo('later');", []],
  ["test.query('SELECT 1'); // it('in a comment')", []],
])('the titles of %j are found', (source, titles) => {
  expect(listTests('a.test.ts', source)).toEqual(
    titles.map((title) => ({ title, path: 'a.test.ts' })),
  );
});
