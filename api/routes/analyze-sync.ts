import type { Context } from 'hono';
import type { Analyse, AnalysisOutcome } from '../../processors/analysis/outcome.ts';
import {
  certainty,
  MAX_SYNC_TEXT_BYTES,
  SENTIMENT_LANGUAGES,
  type SyncResponse,
  syncRequestSchema,
} from '../../schemas/index.ts';
import { parseBody } from '../body.ts';
import type { ApiEnv } from '../env.ts';
import { ApiError } from '../errors.ts';

/** Seconds after which Comprehend's token bucket, or a failing service, is worth another try. */
const RETRY_AFTER_THROTTLE = 1;
const RETRY_AFTER_FAILURE = 5;

/** `POST /analyze/sync`: one text, its verdict in the answer. */
export function analyzeSync(deps: { analyse: Analyse; now: () => number }) {
  return async (c: Context<ApiEnv>) => {
    const started = deps.now();
    const { text, options } = await parseBody(c.req, syncRequestSchema);
    if (Buffer.byteLength(text) > MAX_SYNC_TEXT_BYTES) {
      throw new ApiError(
        'PAYLOAD_TOO_LARGE',
        `text: must be at most ${MAX_SYNC_TEXT_BYTES} bytes in UTF-8; longer texts go on the stream`,
        { field: 'text' },
      );
    }
    const [outcome] = await deps.analyse([{ text, language: options.language_code }]);
    const { verdict, ...analyzed } = expectAnalyzed(outcome!);
    const { score, confidence } = certainty(verdict);
    const cache_hit = analyzed.cache !== 'miss';
    c.header('X-Cache-Hit', String(cache_hit));
    return c.json({
      sentiment: verdict.sentiment,
      score,
      scores: verdict.scores,
      language_code: analyzed.language_code,
      language_source: analyzed.language_source,
      ...(options.include_confidence ? { confidence } : {}),
      pii_detected: null,
      chunks: verdict.chunks,
      processing_time_ms: deps.now() - started,
      cache_hit,
      cache: analyzed.cache,
      request_id: c.get('request_id'),
    } satisfies SyncResponse);
  };
}

/** @throws {ApiError} that says why there is no verdict. */
function expectAnalyzed(outcome: AnalysisOutcome) {
  switch (outcome.status) {
    case 'analyzed':
      return outcome;
    case 'empty':
      throw new ApiError('VALIDATION_ERROR', 'text: must not be blank', { field: 'text' });
    case 'unsupported_language':
      throw new ApiError(
        'VALIDATION_ERROR',
        `options.language_code: the text's language (${outcome.language_code}) is not supported; ` +
          `if it is one of ${SENTIMENT_LANGUAGES.join(', ')}, say so here`,
        { field: 'options.language_code' },
      );
    case 'failed':
      throw failure(outcome);
  }
}

function failure(outcome: { retryable: boolean; throttled: boolean }): ApiError {
  if (outcome.throttled) {
    return new ApiError('RATE_LIMIT_EXCEEDED', 'Too many texts at the moment', {
      retry_after: RETRY_AFTER_THROTTLE,
    });
  }
  return new ApiError('SERVICE_UNAVAILABLE', 'The text could not be analysed at the moment', {
    ...(outcome.retryable ? { retry_after: RETRY_AFTER_FAILURE } : {}),
  });
}
