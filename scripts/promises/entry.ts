/** A promise of a document, and the tests that fail if the promise is broken. */
interface TestedPromise {
  /** The promise in the words of the document: a sentence, a part of one, or cells of a table row. */
  says: string;
  /** Titles of tests. A regular expression stands for all tests whose titles match. */
  tests: (string | RegExp)[];
}

/** A promise that no test of this repository can hold. */
interface UntestedPromise {
  says: string;
  /** Why no test here can hold the promise. */
  untested: string;
}

export type PromiseEntry = TestedPromise | UntestedPromise;

/** The sentences of a document, one by one. Each sentence belongs to one of the three lists. */
export interface DocumentPromises {
  /** Path of the document, relative to the root of the repository. */
  path: string;
  promises: PromiseEntry[];
  /** Sentences, or parts of sentences, that promise nothing: explanations, advice, references. */
  explains: string[];
  /** Headings of sections that promise nothing, each with the reason. */
  skipped_sections: Record<string, string>;
}
