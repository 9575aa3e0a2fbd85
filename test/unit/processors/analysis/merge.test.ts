import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeChunks } from '../../../../processors/analysis/merge.ts';
import { verdictSchema } from '../../../../schemas/index.ts';

const chunk = (positive: number, negative: number, neutral: number, mixed: number) => ({
  sentiment: 'NEUTRAL' as const,
  scores: { positive, negative, neutral, mixed },
});

describe('the verdict of chunks', () => {
  it('The verdict of several chunks is the plain mean of their scores', () => {
    const verdict = mergeChunks([
      chunk(1, 0, 0, 0),
      chunk(0.5, 0.5, 0, 0),
      chunk(0, 0.25, 0.75, 0),
    ]);
    expect(verdict).toEqual({
      sentiment: 'POSITIVE',
      scores: { positive: 0.5, negative: 0.25, neutral: 0.25, mixed: 0 },
      chunks: 3,
    });
  });

  it("The verdict of a single chunk keeps the analyzer's sentiment", () => {
    const only = chunk(0.9, 0.1, 0, 0);
    expect(mergeChunks([only])).toEqual({ ...only, chunks: 1 });
  });

  it('A merged verdict is always valid by the schema that the cache reads with', () => {
    const probability = fc.double({ min: 0, max: 1, noNaN: true });
    const scores = fc.tuple(probability, probability, probability, probability);
    fc.assert(
      fc.property(fc.array(scores, { minLength: 1 }), (chunks) => {
        const merged = mergeChunks(chunks.map((four) => chunk(...four)));
        expect(verdictSchema.safeParse(merged).error).toBeUndefined();
      }),
    );
  });
});
