import { createHash } from 'node:crypto';
import { CHARACTERS_PER_UNIT, LEAST_UNITS } from '@aurastream/cost-model';
import type { Answer } from './answer.ts';
import { atMost, DOCUMENT_BYTES, DOCUMENTS_PER_CALL } from './limits.ts';

const LANGUAGES = ['en', 'es', 'fr', 'de', 'it', 'pt', 'ar', 'hi', 'ja', 'ko', 'zh', 'zh-TW'];

interface Request {
  Text: string;
  TextList: string[];
  LanguageCode: string;
}

/** The wire of Comprehend, its limits and its units; the verdict is of the text's hash, since no model is measured. */
export const comprehend: Record<string, (request: Request) => Answer> = {
  BatchDetectSentiment: ({ TextList, LanguageCode }) => {
    if (!LANGUAGES.includes(LanguageCode)) return refused();
    atMost(TextList.length, DOCUMENTS_PER_CALL);
    for (const text of TextList) atMost(Buffer.byteLength(text), DOCUMENT_BYTES);
    const ResultList = TextList.map((text, Index) => ({ Index, ...verdictOf(text) }));
    return { body: { ResultList, ErrorList: [] }, usage: usageOf(TextList) };
  },
  DetectSentiment: ({ Text }) => {
    atMost(Buffer.byteLength(Text), DOCUMENT_BYTES);
    return { body: verdictOf(Text), usage: usageOf([Text]) };
  },
  DetectDominantLanguage: ({ Text }) => ({
    body: { Languages: [{ LanguageCode: 'en', Score: 0.99 }] },
    usage: usageOf([Text]),
  }),
};

function refused(): Answer {
  return { status: 400, body: { __type: 'InvalidRequestException', Message: 'Over a limit' } };
}

function verdictOf(text: string) {
  const share = createHash('sha1').update(text).digest().readUInt8(0) / 1_024;
  const scores = { Positive: 0.5 + share, Negative: 0.2, Neutral: 0.25 - share, Mixed: 0.05 };
  return { Sentiment: 'POSITIVE', SentimentScore: scores };
}

function usageOf(texts: string[]) {
  const units = texts.map((text) =>
    Math.max(LEAST_UNITS, Math.ceil([...text].length / CHARACTERS_PER_UNIT)),
  );
  return { documents: texts.length, units: units.reduce((sum, unit) => sum + unit, 0) };
}
