import {
  BatchDetectSentimentCommand,
  type BatchDetectSentimentResponse,
  type BatchItemError,
  ComprehendClient,
} from '@aws-sdk/client-comprehend';
import type { Analyzer, DocumentOutcome } from '../../processors/analysis/ports.ts';
import { isSentimentLanguage, scoresSchema, sentiment } from '../../schemas/index.ts';
import { PATIENCE, quiet, serviceError } from '../clients.ts';

/**
 * Comprehend does not say which model answered. This date stands for it in every fingerprint: move it when AWS
 * announces a new sentiment model, and no verdict of the old one is found again.
 */
export const MODEL_AS_OF = '2026-11-23';

export interface ComprehendDeps {
  client?: Pick<ComprehendClient, 'send'>;
  /** Of one call, the first included; absent: the SDK's default. */
  max_attempts?: number;
}

/**
 * Amazon Comprehend's BatchDetectSentiment behind the analyzer's port. Limits: 25 documents of 5,000 bytes of UTF-8,
 * one language a call (Comprehend's guidelines and limits; real errors say "allowed is 5000 bytes").
 */
export function createComprehendAnalyzer(deps: ComprehendDeps = {}): Analyzer {
  const client = deps.client ?? comprehendClient(deps.max_attempts);
  return {
    name: 'comprehend',
    version: MODEL_AS_OF,
    max_documents: 25,
    max_document_bytes: 5_000,
    supports: isSentimentLanguage,
    async detectSentiment(documents, language_code) {
      const command = new BatchDetectSentimentCommand({
        TextList: documents,
        LanguageCode: language_code as 'en',
      });
      const response = await client.send(command).catch((cause: unknown) => {
        throw serviceError('comprehend', cause);
      });
      return mergeByIndex(documents.length, response);
    },
  };
}

function comprehendClient(max_attempts: number | undefined): ComprehendClient {
  return quiet(
    new ComprehendClient({
      requestHandler: PATIENCE,
      ...(max_attempts === undefined ? {} : { maxAttempts: max_attempts }),
    }),
  );
}

type Failure = Extract<DocumentOutcome, { ok: false }>;

/** A successful call may hold failed documents; one in neither list may succeed next time. */
function mergeByIndex(count: number, response: BatchDetectSentimentResponse): DocumentOutcome[] {
  const outcomes = Array.from({ length: count }, () => failure('MissingResult'));
  for (const error of response.ErrorList ?? []) place(outcomes, error.Index, failureOf(error));
  for (const result of response.ResultList ?? []) {
    const { Positive, Negative, Neutral, Mixed } = result.SentimentScore ?? {};
    const scores = scoresSchema.safeParse({
      positive: Positive,
      negative: Negative,
      neutral: Neutral,
      mixed: Mixed,
    });
    const label = sentiment.safeParse(result.Sentiment);
    if (!scores.success || !label.success) continue;
    place(outcomes, result.Index, { ok: true, sentiment: label.data, scores: scores.data });
  }
  return outcomes;
}

function place(outcomes: DocumentOutcome[], index: number | undefined, outcome: DocumentOutcome) {
  if (index !== undefined && index in outcomes) outcomes[index] = outcome;
}

function failure(code: string, throttled = false, retryable = true): Failure {
  return { ok: false, code, retryable, throttled };
}

/**
 * AWS publishes no list of a document's error codes, and examples differ in their spelling
 * (InternalServerException, INTERNAL_SERVER_ERROR, numbers): so by meaning, and what is not known may succeed later.
 */
function failureOf(error: BatchItemError): DocumentOutcome {
  const code = error.ErrorCode ?? 'UnknownError';
  const meaning = code.toLowerCase().replace(/[^a-z0-9]/g, '');
  if (/throttl|toomanyrequests|requestlimit|ratelimit|slowdown|^429$/.test(meaning)) {
    return failure(code, true);
  }
  const is_final = /sizelimit|unsupported|invalid|validation|^4\d\d$/.test(meaning);
  return is_final ? { ...failure(code, false, false), refused: true } : failure(code);
}
