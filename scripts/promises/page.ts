import type { LinkedDocument, LinkedPromise } from './link.ts';

const HEAD = `# Promises and their tests

What the documents promise, and the tests that fail if a promise is broken. \`npm run promises\` writes this page from
\`scripts/promises/documents/\` and from the titles of the tests, and \`npm run lint\` checks it.
`;

/** Counts the promises that have a test and those that have none. */
export function countPromises(documents: LinkedDocument[]): { tested: number; untested: number } {
  const promises = documents.flatMap((document) => document.promises);
  const untested = promises.filter(({ untested }) => untested !== undefined).length;
  return { tested: promises.length - untested, untested };
}

/** Writes docs/promises.md. */
export function writePage(documents: LinkedDocument[]): string {
  const { tested, untested } = countPromises(documents);
  const counts = `${tested} promises have a test. ${untested} cannot be tested here; each says why.`;
  return `${HEAD}\n${counts}\n${documents.map(writeDocument).join('')}`;
}

function writeDocument({ path, promises }: LinkedDocument): string {
  const name = path.replace(/^docs\//, '');
  const sections = [...new Set(promises.map(({ section }) => section))];
  const parts = sections.map((section) => {
    const entries = promises.filter((promise) => promise.section === section);
    return `\n### ${section}\n\n${entries.map(writePromise).join('')}`;
  });
  return `\n## [${name}](${name})\n${parts.join('')}`;
}

function writePromise({ says, tests, untested }: LinkedPromise): string {
  const lines =
    untested === undefined
      ? tests.map(({ title, path }) => `  - [${escapeBrackets(title)}](../${path})\n`)
      : [`  - no test: ${untested}\n`];
  return `- ${says}\n${[...new Set(lines)].join('')}`;
}

/** Escapes the characters that would end the text of a Markdown link or start an element. */
function escapeBrackets(title: string): string {
  return title.replace(/[[\]<>*_`]/g, '\\$&');
}
