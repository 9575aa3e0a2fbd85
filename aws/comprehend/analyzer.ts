import {
  BatchDetectSentimentCommand,
  type BatchDetectSentimentResponse,
  type BatchItemError,
  ComprehendClient,
} from '@aws-sdk/client-comprehend';
import type { Analyzer, DocumentOutcome } from '../../processors/analysis/ports.ts';
import { describeAnalyzer } from '../../schemas/index.ts';
import { createClient } from '../clients.ts';
import { callService } from '../errors.ts';
import { parseVerdict } from './verdict.ts';

export interface ComprehendDeps {
  client?: Pick<ComprehendClient, 'send'>;
  /**
   * Maximum number of attempts of one call, including the first. Default: the default of the SDK.
   */
  max_attempts?: number;
}

/** Creates the analyzer that calls BatchDetectSentiment of Amazon Comprehend. */
export function createComprehendAnalyzer(deps: ComprehendDeps = {}): Analyzer {
  const client = deps.client ?? createClient(ComprehendClient, { max_attempts: deps.max_attempts });
  return {
    ...describeAnalyzer('comprehend'),
    async detectSentiment(documents, language_code) {
      const command = new BatchDetectSentimentCommand({
        TextList: documents,
        LanguageCode: language_code as 'en',
      });
      const response = await callService('comprehend', () => client.send(command));
      return mergeByIndex(documents.length, response);
    },
  };
}

type Failure = Extract<DocumentOutcome, { ok: false }>;

/**
 * Merges the two lists of a response into one outcome for each document, because a successful call
 * may contain failed documents. A document that is in neither list gets a retryable failure.
 */
function mergeByIndex(count: number, response: BatchDetectSentimentResponse): DocumentOutcome[] {
  const outcomes = Array.from({ length: count }, () => failure('MissingResult'));
  for (const error of response.ErrorList ?? []) place(outcomes, error.Index, failureOf(error));
  for (const result of response.ResultList ?? []) {
    const verdict = parseVerdict(result);
    if (verdict !== undefined) place(outcomes, result.Index, verdict);
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
 * Converts the error of one document to an outcome. The function searches the error code for known
 * words and numbers. It cannot compare whole codes, because AWS publishes no list of the codes, and
 * the codes in AWS's examples differ in spelling (InternalServerException, INTERNAL_SERVER_ERROR,
 * numbers). An unknown code is retryable, because the document may succeed later.
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
