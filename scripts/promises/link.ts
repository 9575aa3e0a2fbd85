import type { DocumentPromises, PromiseEntry } from './entry.ts';
import { listSentences, type Sentence, withoutMarkdown } from './sentences.ts';
import { suggestTitle } from './suggest.ts';
import type { TitledTest } from './titles.ts';

/** Promise with the tests that the sources contain for it. */
export interface LinkedPromise {
  says: string;
  /** Section of the document in which the promise stands. */
  section: string;
  tests: TitledTest[];
  /** Reason why no test holds the promise. Only an untested promise has one. */
  untested?: string;
}

export interface LinkedDocument {
  path: string;
  promises: LinkedPromise[];
  /** The faults of the entries and of the document, each with its remedy. */
  problems: string[];
}

interface Sources {
  /** Text of the document. */
  markdown: string;
  /** Path of the file with the entries of the document, for the messages. */
  entries_path: string;
  tests: TitledTest[];
}

/** Finds the sentence and the tests of each promise of a document. */
export function linkPromises(document: DocumentPromises, sources: Sources): LinkedDocument {
  const sentences = listSentences(sources.markdown);
  const linked = document.promises.map((entry) => linkPromise(entry, sentences, sources));
  const problems = [
    ...linked.flatMap(({ problems }) => problems),
    ...checkExplanations(document, sentences, sources),
    ...findUnknownSentences(document, sentences, sources),
  ];
  return {
    path: document.path,
    promises: linked.map(({ promise }) => promise),
    problems: problems.map((problem) => `${document.path}: ${problem}`),
  };
}

function linkPromise(entry: PromiseEntry, sentences: Sentence[], sources: Sources) {
  const { says } = entry;
  const sentence = findSentence(sentences, says);
  const problems = sentence === undefined ? [describeMissingSentence(says, sources)] : [];
  const promise: LinkedPromise = { says, section: sentence?.section ?? '', tests: [] };
  if ('untested' in entry) promise.untested = entry.untested;
  else if (entry.tests.length === 0) problems.push(`"${says}" has no test. ${HOW_TO_LINK}`);
  else {
    for (const title of entry.tests) {
      const found = sources.tests.filter((test) => matches(title, test.title));
      if (found.length === 0) problems.push(describeMissingTest(says, title, sources));
      promise.tests.push(...found);
    }
  }
  return { promise, problems };
}

const HOW_TO_LINK = 'Link a test that fails when the promise is broken, or write one.';

/** Shortest part of a sentence that an entry may quote. A shorter part would stand in many. */
const LEAST_LENGTH = 8;

function findSentence(sentences: Sentence[], part: string): Sentence | undefined {
  return sentences.find(({ text }) => quotes(part, text));
}

/** Returns true if the part is long enough and stands in the sentence. */
function quotes(part: string, sentence: string): boolean {
  const plain = withoutMarkdown(part);
  return plain.length >= LEAST_LENGTH && sentence.includes(plain);
}

function matches(wanted: string | RegExp, title: string): boolean {
  return typeof wanted === 'string' ? wanted === title : wanted.test(title);
}

function describeMissingSentence(says: string, { entries_path }: Sources): string {
  return (
    `"${says}" no longer stands in the document. If the sentence was reworded, write its new words ` +
    `in ${entries_path}; if it was removed, remove the entry.`
  );
}

function describeMissingTest(says: string, title: string | RegExp, sources: Sources): string {
  const similar = typeof title === 'string' ? suggestTitle(title, sources.tests) : undefined;
  const advice = similar === undefined ? '' : ` The most similar title is "${similar}".`;
  return (
    `"${says}" names the test "${String(title)}", but no test has this title.${advice} If the test ` +
    `was renamed, write its new title in ${sources.entries_path}. If it was removed: ${HOW_TO_LINK}`
  );
}

function checkExplanations(
  { explains, skipped_sections }: DocumentPromises,
  sentences: Sentence[],
  sources: Sources,
): string[] {
  const sections = new Set(sentences.map(({ section }) => section));
  return [
    ...explains
      .filter((part) => findSentence(sentences, part) === undefined)
      .map((part) => describeMissingSentence(part, sources)),
    ...Object.keys(skipped_sections)
      .filter((section) => !sections.has(section))
      .map((section) => `has no section "${section}": correct it in ${sources.entries_path}.`),
  ];
}

/** Finds sentences that the entries do not mention, because each could be a new promise. */
function findUnknownSentences(
  { promises, explains, skipped_sections }: DocumentPromises,
  sentences: Sentence[],
  { entries_path }: Sources,
): string[] {
  const known = [...promises.map(({ says }) => says), ...explains];
  return sentences
    .filter(({ section, is_code }) => !is_code && !(section in skipped_sections))
    .filter(({ text }) => !known.some((part) => quotes(part, text)))
    .map(
      ({ text, line }) =>
        `line ${line}, "${text}": the sentence is new or reworded. If a reader relies on it, add it ` +
        `to \`promises\` in ${entries_path} with the titles of its tests. If it promises nothing, ` +
        'add it to `explains`.',
    );
}
