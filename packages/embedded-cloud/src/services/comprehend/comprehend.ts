import type { AwsCall, AwsReply, AwsService, Usage } from '../../gateway/types.ts';
import { jsonBody, jsonError, jsonReply, targetAction } from '../wire.ts';
import { analyse } from './analyzer.ts';
import { detectPiiEntities, PII_LANGUAGES } from './entities.ts';
import { detectDominantLanguages } from './languages.ts';
import {
  CALLS_PER_SECOND,
  countUnits,
  createThrottle,
  createTooLong,
  createViolation,
  MAX_DOCUMENT_BYTES,
  MAX_DOCUMENTS,
  SENTIMENT_LANGUAGES,
} from './limits.ts';

export interface ComprehendOptions {
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
  /**
   * Maximum number of calls per second for each action. An action without an entry has the default
   * quota of an AWS account.
   */
  calls_per_second?: Record<string, number>;
}

type Body = Record<string, unknown>;

/** Analyses one document. @returns the fields of the document's result */
type AnalyseDocument = (text: string) => Record<string, unknown>;

const MAX_LANGUAGE_TEXT_BYTES = 100_000;
/**
 * Source: https://docs.aws.amazon.com/comprehend/latest/APIReference/API_DetectPiiEntities.html
 */
const MAX_PII_TEXT_BYTES = 100_000;

/**
 * Emulates Comprehend's synchronous detection of sentiment, language and personal data, including the
 * limits and errors.
 */
export function createComprehend(options: ComprehendOptions): AwsService {
  const throttle = createThrottle({
    now: options.now,
    calls_per_second: { ...CALLS_PER_SECOND, ...options.calls_per_second },
  });
  return {
    service: 'comprehend',
    actionOf: ({ headers }) => targetAction(headers),
    permissionsOf: ({ action }) => [{ action: `comprehend:${action}`, resource: '*' }],
    async handle(call) {
      const body = jsonBody(call.body);
      if (body === undefined) {
        return jsonError(400, 'SerializationException', 'The body is not a JSON object');
      }
      return throttle(call.action) ?? runAction(call.action, body);
    },
    usageOf: readUsage,
    errorReply: jsonError,
    close: async () => undefined,
  };
}

function runAction(action: string, body: Body): AwsReply {
  switch (action) {
    case 'BatchDetectSentiment':
      return checkLanguage(body) ?? analyseBatch(body, createSentimentAnalysis(body));
    case 'DetectSentiment':
      return (
        checkLanguage(body) ?? analyseOne(body, MAX_DOCUMENT_BYTES, createSentimentAnalysis(body))
      );
    case 'BatchDetectDominantLanguage':
      return analyseBatch(body, detectLanguages);
    case 'DetectDominantLanguage':
      return analyseOne(body, MAX_LANGUAGE_TEXT_BYTES, detectLanguages);
    case 'DetectPiiEntities':
      return (
        checkLanguage(body) ??
        checkPiiLanguage(body) ??
        analyseOne(body, MAX_PII_TEXT_BYTES, (text) => ({ Entities: detectPiiEntities(text) }))
      );
    default:
      return jsonError(
        400,
        'UnknownOperationException',
        `${action} is not emulated by the embedded Comprehend`,
      );
  }
}

function createSentimentAnalysis({ LanguageCode }: Body): AnalyseDocument {
  return (text) => ({ ...analyse(text, LanguageCode as string) });
}

function detectLanguages(text: string): Record<string, unknown> {
  return { Languages: detectDominantLanguages(text) };
}

function checkLanguage({ LanguageCode }: Body): AwsReply | undefined {
  if (typeof LanguageCode !== 'string') return createViolation('languageCode', 'not be null');
  if (SENTIMENT_LANGUAGES.includes(LanguageCode)) return undefined;
  return createViolation(
    'languageCode',
    `satisfy enum value set: [${SENTIMENT_LANGUAGES.join(', ')}]`,
  );
}

/** The API takes all languages of its enumeration, but the operation supports only two of them. */
function checkPiiLanguage({ LanguageCode }: Body): AwsReply | undefined {
  if (PII_LANGUAGES.includes(LanguageCode as string)) return undefined;
  return jsonError(
    400,
    'UnsupportedLanguageException',
    `Input language is not supported. Supported languages are ${PII_LANGUAGES.join(', ')}`,
  );
}

function analyseOne({ Text }: Body, max_bytes: number, analyseDocument: AnalyseDocument): AwsReply {
  if (typeof Text !== 'string') return createViolation('text', 'not be null');
  if (Text === '') return createViolation('text', 'have length greater than or equal to 1');
  const bytes = Buffer.byteLength(Text);
  return bytes > max_bytes
    ? createTooLong(bytes, max_bytes)
    : jsonReply(200, analyseDocument(Text));
}

function analyseBatch({ TextList }: Body, analyseDocument: AnalyseDocument): AwsReply {
  if (!Array.isArray(TextList)) return createViolation('textList', 'not be null');
  if (TextList.length === 0)
    return createViolation('textList', 'have length greater than or equal to 1');
  if (TextList.length > MAX_DOCUMENTS) {
    return jsonError(
      400,
      'BatchSizeLimitExceededException',
      `Input batch size exceeds limit. Max ${MAX_DOCUMENTS} documents are allowed in a batch`,
    );
  }
  const ResultList: unknown[] = [];
  const ErrorList: unknown[] = [];
  for (const [Index, text] of TextList.entries()) {
    if (typeof text !== 'string' || text === '') {
      return createViolation(
        'textList',
        'satisfy constraint: [Member must have length greater than or equal to 1]',
      );
    }
    if (Buffer.byteLength(text) > MAX_DOCUMENT_BYTES) ErrorList.push(createSizeError(Index));
    else ResultList.push({ Index, ...analyseDocument(text) });
  }
  return jsonReply(200, { ResultList, ErrorList });
}

function createSizeError(Index: number) {
  return {
    Index,
    ErrorCode: 'TEXT_SIZE_LIMIT_EXCEEDED',
    ErrorMessage: `Input document size exceeds limit of ${MAX_DOCUMENT_BYTES} bytes`,
  };
}

/**
 * Returns how many documents a successful call analysed, and how many units AWS would bill.
 * Documents in the ErrorList are not billed.
 */
function readUsage(call: AwsCall, reply: AwsReply): Usage {
  if (reply.status !== 200) return {};
  const { Text, TextList } = jsonBody(call.body) ?? {};
  const texts = (Array.isArray(TextList) ? TextList : [Text]) as string[];
  const { ResultList } = JSON.parse(reply.body.toString()) as { ResultList?: { Index: number }[] };
  const analysed = ResultList?.map(({ Index }) => texts[Index]!) ?? texts;
  return {
    documents: analysed.length,
    billed_units: analysed.reduce((units, text) => units + countUnits(text), 0),
  };
}
