import { basename, dirname } from 'node:path';
import { BaseSequencer } from 'vitest/node';

/** Returns the words of a path, without its extensions. */
function wordsOf(path) {
  const name = basename(path).replace(/(\.test)?\.\w+$/, '');
  return [...dirname(path).split('/'), ...name.split('-')];
}

/**
 * Returns the number of words that the paths share. A file and its tests share the names of their
 * folders and usually their own name: `jobs/callbacks/url.ts` and `test/unit/jobs/callbacks/url.test.ts`.
 */
function countShared(path, other) {
  const words = new Set(wordsOf(other));
  return wordsOf(path).filter((word) => words.has(word)).length;
}

/**
 * Creates a sequencer that runs the tests of a file first whose paths are most like its own. One
 * failed test is enough to detect a mutant, and Vitest then leaves out the other files.
 */
export function createNearestFirst(mutated_file) {
  return class NearestFirst extends BaseSequencer {
    async sort(specifications) {
      const distances = new Map(
        specifications.map((one) => [one, -countShared(one.moduleId, mutated_file)]),
      );
      return [...specifications].sort((a, b) => distances.get(a) - distances.get(b));
    }
  };
}
