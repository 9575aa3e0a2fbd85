import { createHash } from 'node:crypto';
import { CHARACTERS_PER_UNIT, LEAST_UNITS } from '@aurastream/cost-model';
import type { Answer } from './answer.ts';
import { assertAtMost, DOCUMENT_BYTES, DOCUMENTS_PER_CALL } from './limits.ts';

const LANGUAGES = ['en', 'es', 'fr', 'de', 'it', 'pt', 'ar', 'hi', 'ja', 'ko', 'zh', 'zh-TW'];

interface ComprehendRequest {
  Text: string;
  TextList: string[];
  LanguageCode: string;
}

/**
 * Emulates Comprehend's requests, limits and billing. Each verdict is derived from the hash of the
 * text, because the benchmark does not measure a model.
 */
export const comprehend: Record<string, (request: ComprehendRequest) => Answer> = {
  BatchDetectSentiment: ({ TextList, LanguageCode }) => {
    if (!LANGUAGES.includes(LanguageCode)) return buildLanguageError();
    assertAtMost(TextList.length, DOCUMENTS_PER_CALL);
    for (const text of TextList) assertAtMost(Buffer.byteLength(text), DOCUMENT_BYTES);
    const ResultList = TextList.map((text, Index) => ({ Index, ...deriveVerdict(text) }));
    return { body: { ResultList, ErrorList: [] }, usage: countUsage(TextList) };
  },
  DetectSentiment: ({ Text }) => {
    assertAtMost(Buffer.byteLength(Text), DOCUMENT_BYTES);
    return { body: deriveVerdict(Text), usage: countUsage([Text]) };
  },
  DetectDominantLanguage: ({ Text }) => ({
    body: { Languages: [{ LanguageCode: 'en', Score: 0.99 }] },
    usage: countUsage([Text]),
  }),
};

function buildLanguageError(): Answer {
  return {
    status: 400,
    body: { __type: 'InvalidRequestException', Message: 'Unsupported language code' },
  };
}

function deriveVerdict(text: string) {
  const share = createHash('sha1').update(text).digest().readUInt8(0) / 1_024;
  const scores = { Positive: 0.5 + share, Negative: 0.2, Neutral: 0.25 - share, Mixed: 0.05 };
  return { Sentiment: 'POSITIVE', SentimentScore: scores };
}

function countUsage(texts: string[]) {
  const units = texts.map((text) =>
    Math.max(LEAST_UNITS, Math.ceil([...text].length / CHARACTERS_PER_UNIT)),
  );
  return { documents: texts.length, units: units.reduce((sum, unit) => sum + unit, 0) };
}
