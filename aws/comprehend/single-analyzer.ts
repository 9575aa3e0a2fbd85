import { ComprehendClient, DetectSentimentCommand } from '@aws-sdk/client-comprehend';
import type { Analyzer, DocumentOutcome } from '../../processors/analysis/ports.ts';
import { describeAnalyzer } from '../../schemas/index.ts';
import { createClient } from '../clients.ts';
import { callService } from '../errors.ts';
import type { ComprehendDeps } from './analyzer.ts';
import { parseVerdict } from './verdict.ts';

const NO_VERDICT: DocumentOutcome[] = [
  { ok: false, code: 'MissingResult', retryable: true, throttled: false },
];

/**
 * Creates the analyzer that calls DetectSentiment of Amazon Comprehend, for one document in each
 * call. Its verdicts are those of BatchDetectSentiment, so both share one cache. AWS limits the
 * calls of each operation by a quota of its own.
 * Sources: https://docs.aws.amazon.com/comprehend/latest/APIReference/API_DetectSentiment.html and
 * https://docs.aws.amazon.com/comprehend/latest/dg/concepts-processing-modes.html
 */
export function createSingleComprehendAnalyzer(deps: ComprehendDeps = {}): Analyzer {
  const client = deps.client ?? createClient(ComprehendClient, { max_attempts: deps.max_attempts });
  return {
    ...describeAnalyzer('comprehend'),
    max_documents: 1,
    async detectSentiment([text], language_code) {
      const command = new DetectSentimentCommand({
        Text: text,
        LanguageCode: language_code as 'en',
      });
      const verdict = parseVerdict(await callService('comprehend', () => client.send(command)));
      return verdict === undefined ? NO_VERDICT : [verdict];
    },
  };
}
