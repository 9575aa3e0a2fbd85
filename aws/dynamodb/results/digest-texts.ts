import type { ResultsReader } from '../../../api/ports.ts';
import type { ListTexts } from '../../../insight/digests/ports.ts';
import { resultSchema } from '../../../schemas/index.ts';

/** Creates the function that lists the texts of a digest from the results table, by their time of creation. */
export function createDigestTexts({ list }: Pick<ResultsReader, 'list'>): ListTexts {
  return async (query) => {
    const { results } = await list({ ...query, order: 'created_at', has_texts: true });
    return results.map((result) => resultSchema.parse(result));
  };
}
