import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  ANALYZERS,
  describeAnalyzer,
  findLeadingSentiment,
  isSentimentLanguage,
  rateCertainty,
  SENTIMENTS,
  scoresSchema,
} from '../../../schemas/index.ts';

const scoresOf = (positive: number, negative: number, neutral: number, mixed: number) => ({
  ...{ positive, negative, neutral, mixed },
});

it.each(SENTIMENTS.map((sentiment, i) => [sentiment, i] as const))(
  'the score of %s is its own probability, and the confidence is the margin over the next one',
  (sentiment, at) => {
    const probabilities = [0.25, 0.125, 0.0625, 0];
    for (let turn = 0; turn < 4; turn += 1) {
      const others = probabilities.map((_, i) => probabilities[(i + turn) % 4] ?? 0);
      const [a, b, c, d] = others.map((one, i) => (i === at ? 0.5 : one));
      const scores = scoresOf(a!, b!, c!, d!);
      const next = Math.max(...others.filter((_, i) => i !== at));
      expect(rateCertainty({ sentiment, scores, chunks: 1 })).toEqual({
        score: 0.5,
        confidence: 0.5 - next,
      });
      expect(findLeadingSentiment(scores)).toBe(sentiment);
    }
  },
);

it('the confidence is never negative, even if another sentiment is more probable', () => {
  const scores = scoresOf(0.25, 0.75, 0, 0);
  expect(rateCertainty({ sentiment: 'POSITIVE', scores, chunks: 1 })).toEqual({
    score: 0.25,
    confidence: 0,
  });
});

it('of equal probabilities, the first sentiment in the list leads', () => {
  expect(findLeadingSentiment(scoresOf(0.25, 0.25, 0.25, 0.25))).toBe('POSITIVE');
  expect(findLeadingSentiment(scoresOf(0.1, 0.3, 0.3, 0.3))).toBe('NEGATIVE');
  expect(findLeadingSentiment(scoresOf(0, 0, 0.5, 0.5))).toBe('NEUTRAL');
});

it('the leading sentiment has the highest probability, and only it can have a confidence', () => {
  const probability = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(probability, probability, probability, probability, (a, b, c, d) => {
      const scores = scoresOf(a, b, c, d);
      const leading = findLeadingSentiment(scores);
      for (const sentiment of SENTIMENTS) {
        const { score, confidence } = rateCertainty({ sentiment, scores, chunks: 1 });
        if (sentiment === leading) expect(score).toBe(Math.max(a, b, c, d));
        if (confidence > 0) expect(sentiment).toBe(leading);
      }
    }),
  );
});

it('each of the four scores is a probability', () => {
  const scores = scoresOf(0.5, 0.25, 0.25, 0);
  expect(scoresSchema.parse(scores)).toEqual(scores);
  for (const name of Object.keys(scores)) {
    for (const value of [-0.001, 1.001, undefined]) {
      expect(scoresSchema.safeParse({ ...scores, [name]: value }).success, name).toBe(false);
    }
  }
});

it('an adapter gets the facts of its analyzer, and supports its languages only', () => {
  const { version, max_documents, max_document_bytes, languages } = ANALYZERS.comprehend;
  const { supports, ...facts } = describeAnalyzer('comprehend');
  expect(facts).toEqual({ name: 'comprehend', version, max_documents, max_document_bytes });
  expect(version).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  expect(languages.map(supports)).not.toContain(false);
  expect(languages.map(isSentimentLanguage)).not.toContain(false);
  for (const code of ['nl', 'auto', 'EN', 'zh-tw', '']) {
    expect([supports(code), isSentimentLanguage(code)], code).toEqual([false, false]);
  }
});
