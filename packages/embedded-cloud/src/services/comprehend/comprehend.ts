import type { AwsCall, AwsReply, AwsService, Usage } from '../../gateway/types.ts';
import { jsonBody, jsonError, jsonReply, targetAction } from '../wire.ts';
import { analyse } from './analyzer.ts';
import { dominantLanguages } from './languages.ts';
import {
  CALLS_PER_SECOND,
  createThrottle,
  MAX_DOCUMENT_BYTES,
  MAX_DOCUMENTS,
  SENTIMENT_LANGUAGES,
  tooLong,
  unitsOf,
  violation,
} from './limits.ts';

export interface ComprehendOptions {
  /** Epoch milliseconds. */
  now: () => number;
  /** Calls per second by action; the quotas of an account where absent. */
  calls_per_second?: Record<string, number>;
}

type Body = Record<string, unknown>;

/** Reads one document, or says why it can't. */
type Read = (text: string) => Record<string, unknown>;

const MAX_LANGUAGE_TEXT_BYTES = 100_000;

/** Amazon Comprehend's synchronous detection of sentiment and language, with its limits and the shapes of its errors. */
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
      return throttle(call.action) ?? answer(call.action, body);
    },
    usageOf,
    errorReply: jsonError,
    close: async () => undefined,
  };
}

function answer(action: string, body: Body): AwsReply {
  switch (action) {
    case 'BatchDetectSentiment':
      return wrongLanguage(body) ?? batch(body, sentimentReader(body));
    case 'DetectSentiment':
      return wrongLanguage(body) ?? single(body, MAX_DOCUMENT_BYTES, sentimentReader(body));
    case 'BatchDetectDominantLanguage':
      return batch(body, readLanguages);
    case 'DetectDominantLanguage':
      return single(body, MAX_LANGUAGE_TEXT_BYTES, readLanguages);
    default:
      return jsonError(400, 'UnknownOperationException', `${action} is not played here`);
  }
}

function sentimentReader({ LanguageCode }: Body): Read {
  return (text) => ({ ...analyse(text, LanguageCode as string) });
}

function readLanguages(text: string): Record<string, unknown> {
  return { Languages: dominantLanguages(text) };
}

function wrongLanguage({ LanguageCode }: Body): AwsReply | undefined {
  if (typeof LanguageCode !== 'string') return violation('languageCode', 'not be null');
  if (SENTIMENT_LANGUAGES.includes(LanguageCode)) return undefined;
  return violation('languageCode', `satisfy enum value set: [${SENTIMENT_LANGUAGES.join(', ')}]`);
}

function single({ Text }: Body, max_bytes: number, read: Read): AwsReply {
  if (typeof Text !== 'string') return violation('text', 'not be null');
  if (Text === '') return violation('text', 'have length greater than or equal to 1');
  const bytes = Buffer.byteLength(Text);
  return bytes > max_bytes ? tooLong(bytes) : jsonReply(200, read(Text));
}

function batch({ TextList }: Body, read: Read): AwsReply {
  if (!Array.isArray(TextList)) return violation('textList', 'not be null');
  if (TextList.length === 0) return violation('textList', 'have length greater than or equal to 1');
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
      return violation(
        'textList',
        'satisfy constraint: [Member must have length greater than or equal to 1]',
      );
    }
    if (Buffer.byteLength(text) > MAX_DOCUMENT_BYTES) ErrorList.push(sizeError(Index));
    else ResultList.push({ Index, ...read(text) });
  }
  return jsonReply(200, { ResultList, ErrorList });
}

function sizeError(Index: number) {
  return {
    Index,
    ErrorCode: 'TEXT_SIZE_LIMIT_EXCEEDED',
    ErrorMessage: `Input document size exceeds limit of ${MAX_DOCUMENT_BYTES} bytes`,
  };
}

/** Documents and units of a call that was answered; those in its ErrorList are not billed. */
function usageOf(call: AwsCall, reply: AwsReply): Usage {
  if (reply.status !== 200) return {};
  const { Text, TextList } = jsonBody(call.body) ?? {};
  const texts = (Array.isArray(TextList) ? TextList : [Text]) as string[];
  const { ResultList } = JSON.parse(reply.body.toString()) as { ResultList?: { Index: number }[] };
  const answered = ResultList?.map(({ Index }) => texts[Index]!) ?? texts;
  return {
    documents: answered.length,
    billed_units: answered.reduce((units, text) => units + unitsOf(text), 0),
  };
}
