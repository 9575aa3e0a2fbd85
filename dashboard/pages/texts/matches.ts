import type { ResultsResponse } from '../../../schemas/index.ts';

type Listed = ResultsResponse['results'][number];

/** Returns the results that contain all words, in any case, in their text, author or attributes. */
export function selectMatches(results: Listed[], search: string): Listed[] {
  const words = search
    .toLocaleLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return results;
  return results.filter((result) => {
    const said = listWords(result).toLocaleLowerCase();
    return words.every((word) => said.includes(word));
  });
}

function listWords({ record_id, text = '', author = '', attributes = {} }: Listed): string {
  return [record_id, text, author, ...Object.values(attributes)].join('\n');
}
