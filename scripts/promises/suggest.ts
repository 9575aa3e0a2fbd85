import type { TitledTest } from './titles.ts';

/** Share of common words above which a title is worth suggesting. */
const LEAST_SIMILARITY = 0.3;

/** Returns the title that has the most words in common with a title that no test has any more. */
export function suggestTitle(missing: string, tests: TitledTest[]): string | undefined {
  const wanted = listWords(missing);
  let best: { title: string; similarity: number } | undefined;
  for (const { title } of tests) {
    const similarity = compareWords(wanted, listWords(title));
    if (similarity > (best?.similarity ?? LEAST_SIMILARITY)) best = { title, similarity };
  }
  return best?.title;
}

function listWords(title: string): Set<string> {
  return new Set(title.toLowerCase().match(/[\w%]+/g));
}

/** Returns the number of common words divided by the number of all words. */
function compareWords(left: Set<string>, right: Set<string>): number {
  const common = [...left].filter((word) => right.has(word)).length;
  return common / Math.max(1, left.size + right.size - common);
}
