import type { AnalysisFailure, AnalysisOutcome } from '../../processors/analysis/outcome.ts';
import type { SearchedText } from '../../processors/privacy/search-text.ts';
import {
  type BatchResponse,
  batchResponseSchema,
  createAnalyzeSchemas,
  type ErrorDetail,
  MAX_SYNC_TEXT_BYTES,
  rateCertainty,
  type SyncRequest,
  type SyncResponse,
  syncResponseSchema,
} from '../../schemas/index.ts';
import { describeOverBudget } from '../http/budget.ts';
import { HttpError, RETRY_AFTER } from '../http/errors.ts';
import { parseBody } from '../http/parse.ts';
import { analyseTexts, type TextOutcome } from './analyse-texts.ts';
import { BODY_ERRORS, COMMON_ERRORS, KEY_ERRORS, type Route } from './route.ts';

/**
 * Largest size of a body with one text, in bytes. A text of 100 KiB fits even if JSON writes a
 * backslash before each character of the text.
 */
const MAX_SYNC_BODY_BYTES = 256 * 1024;
const MAX_BATCH_BODY_BYTES = 4 * 1024 * 1024;

/**
 * Creates the routes that analyse texts while the caller waits.
 *
 * @param languages codes of the languages that the analyzer supports. The routes refuse other
 * languages.
 */
export function createAnalyzeRoutes(languages: readonly string[]): Route[] {
  const schemas = createAnalyzeSchemas(languages);
  return [createSyncRoute(schemas.sync, languages), createBatchRoute(schemas.batch, languages)];
}

type Schemas = ReturnType<typeof createAnalyzeSchemas>;

function createSyncRoute(schema: Schemas['sync'], languages: readonly string[]): Route {
  return {
    method: 'POST',
    path: '/analyze/sync',
    operation_id: 'analyze',
    summary: 'The sentiment of one text, while you wait',
    tag: 'Analysis',
    access: ['publish'],
    body: schema,
    max_body_bytes: MAX_SYNC_BODY_BYTES,
    answers: { 200: { description: 'The verdict', schema: syncResponseSchema } },
    errors: [...BODY_ERRORS, 'BUDGET_EXCEEDED', ...KEY_ERRORS, ...COMMON_ERRORS],
    handler: (deps) => async (c) => {
      const started = deps.now();
      const { value } = await parseBody(c.req, schema, MAX_SYNC_BODY_BYTES);
      const { text, options } = value;
      const refused = findTooLong(text, 'text');
      if (refused !== undefined) throw toHttpError(refused);
      const [outcome] = await analyseTexts(deps, [
        { tenant: c.get('tenant'), text, language: options.language_code },
      ]);
      // biome-ignore lint/style/noNonNullAssertion: there is one outcome per request
      const answer = toAnswer(outcome!, options, {
        text: 'text',
        language: LANGUAGE_FIELD,
        languages,
        now: deps.now(),
      });
      if ('error' in answer) throw toHttpError(answer.error);
      c.header('X-Cache-Hit', String(answer.cache_hit));
      return c.json({
        ...answer,
        processing_time_ms: deps.now() - started,
        request_id: c.get('request_id'),
      } satisfies SyncResponse);
    },
  };
}

function createBatchRoute(schema: Schemas['batch'], languages: readonly string[]): Route {
  return {
    method: 'POST',
    path: '/analyze/batch',
    operation_id: 'analyzeBatch',
    summary: 'The sentiment of up to 100 texts: a verdict or an error for each, in their order',
    tag: 'Analysis',
    access: ['publish'],
    body: schema,
    max_body_bytes: MAX_BATCH_BODY_BYTES,
    answers: {
      200: { description: 'A verdict or an error for each text', schema: batchResponseSchema },
    },
    errors: [...BODY_ERRORS, 'BUDGET_EXCEEDED', ...KEY_ERRORS, ...COMMON_ERRORS],
    handler: (deps) => async (c) => {
      const started = deps.now();
      const { value } = await parseBody(c.req, schema, MAX_BATCH_BODY_BYTES);
      const { texts, options } = value;
      const tenant = c.get('tenant');
      const requests = texts.map((entry) =>
        typeof entry === 'string'
          ? { tenant, text: entry, language: options.language_code }
          : { tenant, text: entry.text, language: entry.language_code ?? options.language_code },
      );
      const refused = requests.map(({ text }, i) => findTooLong(text, `texts.${i}`));
      const asked = requests.filter((_, i) => refused[i] === undefined);
      const outcomes = await analyseTexts(deps, asked);
      // biome-ignore lint/style/noNonNullAssertion: there is one outcome per request
      const outcome_of = new Map(asked.map((request, i) => [request, outcomes[i]!]));
      const results = requests.map((request, i): BatchResponse['results'][number] => {
        const error = refused[i];
        if (error !== undefined) return { error };
        const fields = {
          text: `texts.${i}`,
          language: `texts.${i}.language_code`,
          languages,
          now: deps.now(),
        };
        // biome-ignore lint/style/noNonNullAssertion: the map has every request that was not refused
        return toAnswer(outcome_of.get(request)!, options, fields);
      });
      refuseIfAllOverBudget(results);
      const failed = results.filter((result) => 'error' in result).length;
      return c.json({
        results,
        succeeded: results.length - failed,
        failed,
        processing_time_ms: deps.now() - started,
        request_id: c.get('request_id'),
      } satisfies BatchResponse);
    },
  };
}

/**
 * Answers the whole request with status 429 if no text could be paid. Otherwise the errors stand
 * beside the verdicts.
 */
function refuseIfAllOverBudget(results: BatchResponse['results']): void {
  const errors = results.flatMap((result) => ('error' in result ? [result.error] : []));
  const over_budget = errors.filter(({ code }) => code === 'BUDGET_EXCEEDED');
  const [first] = over_budget;
  if (first !== undefined && over_budget.length === results.length) throw toHttpError(first);
}

const LANGUAGE_FIELD = 'options.language_code';

type SyncVerdict = Omit<SyncResponse, 'processing_time_ms' | 'request_id'>;

function findTooLong(text: string, field: string): ErrorDetail | undefined {
  if (Buffer.byteLength(text) <= MAX_SYNC_TEXT_BYTES) return undefined;
  return {
    code: 'PAYLOAD_TOO_LARGE',
    message: `${field}: must be at most ${MAX_SYNC_TEXT_BYTES} bytes in UTF-8; longer texts go to /analyze/async`,
    field,
  };
}

/**
 * Translates an outcome into a verdict, or into an error that explains why a verdict is missing.
 */
function toAnswer(
  { outcome, found }: TextOutcome,
  options: SyncRequest['options'],
  fields: { text: string; language: string; languages: readonly string[]; now: number },
): SyncVerdict | { error: ErrorDetail } {
  switch (outcome.status) {
    case 'analyzed':
      return toVerdict(outcome, found, options);
    case 'empty': {
      const has_data = found !== undefined && hasPersonalData(found);
      const expected = has_data ? 'must have words besides personal data' : 'must not be blank';
      const message = `${fields.text}: ${expected}`;
      return { error: { code: 'VALIDATION_ERROR', message, field: fields.text } };
    }
    case 'unsupported_language': {
      const message =
        `${fields.language}: the text's language (${outcome.language_code}) is not supported; ` +
        `if it is one of ${fields.languages.join(', ')}, set this field`;
      return { error: { code: 'VALIDATION_ERROR', message, field: fields.language } };
    }
    case 'failed':
      return { error: describeFailure(outcome, fields.now) };
  }
}

function hasPersonalData({ pii }: SearchedText['found']): boolean {
  return pii.count > 0 || pii.failed;
}

function toVerdict(
  { verdict, ...analyzed }: Extract<AnalysisOutcome, { status: 'analyzed' }>,
  found: TextOutcome['found'],
  options: SyncRequest['options'],
): SyncVerdict {
  const { score, confidence } = rateCertainty(verdict);
  return {
    sentiment: verdict.sentiment,
    score,
    scores: verdict.scores,
    language_code: analyzed.language_code,
    language_source: analyzed.language_source,
    ...(options.include_confidence ? { confidence } : {}),
    ...describePersonalData(found, options),
    chunks: verdict.chunks,
    cache_hit: analyzed.cache !== 'miss',
    cache: analyzed.cache,
  };
}

/** An analysed text was searched, so `found` is known. */
function describePersonalData(
  found: TextOutcome['found'],
  { include_pii_detection }: SyncRequest['options'],
): Pick<SyncVerdict, 'pii_detected' | 'pii'> {
  if (found === undefined) throw new Error('A text was analysed before it was searched');
  const pii_detected = hasPersonalData(found);
  if (!include_pii_detection) return { pii_detected };
  const findings = found.detection.ok ? found.detection.findings : [];
  const entities = findings.map(({ type, score, utf16, utf8 }) => ({ type, score, utf16, utf8 }));
  return { pii_detected, pii: { entities, masked_text: found.masked } };
}

function describeFailure(outcome: AnalysisFailure, now: number): ErrorDetail {
  if (outcome.over_budget !== undefined) return describeOverBudget(outcome.over_budget, now);
  if (outcome.code === 'OutOfQuota') {
    const message =
      'Too many texts wait for the analyzer; send this text later, or to /records, where texts wait';
    return { code: 'RATE_LIMIT_EXCEEDED', message, retry_after: RETRY_AFTER.out_of_quota };
  }
  if (outcome.throttled) {
    const message = 'The analyzer is over its rate limit';
    return { code: 'RATE_LIMIT_EXCEEDED', message, retry_after: RETRY_AFTER.throttle };
  }
  return {
    code: 'SERVICE_UNAVAILABLE',
    message: 'The analyzer does not answer',
    ...(outcome.retryable ? { retry_after: RETRY_AFTER.failure } : {}),
  };
}

function toHttpError({ code, message, ...options }: ErrorDetail): HttpError {
  return new HttpError(code, message, options);
}
