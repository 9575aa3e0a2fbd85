/**
 * Writes docs/promises.md, which links each promise of the documents to the tests that hold it. The
 * program fails if a promise has no test, if a test does not exist any more, or if a sentence of a
 * document is new.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { DOCUMENTS, UNTESTED_LIMIT } from './promises/documents/index.ts';
import { linkPromises } from './promises/link.ts';
import { countPromises, writePage } from './promises/page.ts';
import { readTests } from './promises/titles.ts';

const PAGE = 'docs/promises.md';

const USAGE = `Usage: npm run promises [-- --check]

Writes ${PAGE}: each promise of the documents with the tests that hold it.
The entries are in scripts/promises/documents/, one file per document.

  --check   writes nothing; fails if ${PAGE} is not up to date
  --help    shows this text

Exit code 1: a promise has no test, a test of an entry does not exist any more,
a sentence of a document is new or reworded, or the number of promises without
a test has changed. Each message says what to do.
`;

function main(args: string[]): void {
  const unknown = args.find((arg) => !['--check', '--help'].includes(arg));
  if (unknown !== undefined) throw new Error(`promises: unknown option ${unknown}.\n${USAGE}`);
  if (args.includes('--help')) {
    console.log(USAGE);
    return;
  }
  const tests = readTests();
  const linked = Object.entries(DOCUMENTS).map(([entries_path, document]) =>
    linkPromises(document, {
      markdown: readFileSync(document.path, 'utf8'),
      entries_path: `scripts/promises/documents/${entries_path}`,
      tests,
    }),
  );
  const { tested, untested } = countPromises(linked);
  const problems = linked.flatMap((document) => document.problems);
  problems.push(...checkLimit(untested));
  const page = writePage(linked);
  if (args.includes('--check') && problems.length === 0 && page !== readPage()) {
    problems.push(`${PAGE} is not up to date. Run \`npm run promises\` and commit the page.`);
  }
  if (problems.length > 0) throw new Error(problems.join('\n\n'));
  if (!args.includes('--check')) writeFileSync(PAGE, page);
  console.log(`${tested} promises have a test, ${untested} cannot be tested here`);
}

/** The number of promises without a test may only fall. */
function checkLimit(untested: number): string[] {
  if (untested === UNTESTED_LIMIT) return [];
  const advice =
    untested > UNTESTED_LIMIT
      ? 'Write a test for the new promise, or do not promise it.'
      : `Set UNTESTED_LIMIT in scripts/promises/documents/index.ts to ${untested}.`;
  return [`${untested} promises have no test; the limit is ${UNTESTED_LIMIT}. ${advice}`];
}

function readPage(): string | undefined {
  try {
    return readFileSync(PAGE, 'utf8');
  } catch {
    return undefined;
  }
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
