import type { Answer, AnswerBook, AskedText, Books } from './books.ts';
import { describeVerdict, type VerdictOf } from './expected.ts';
import type { Findings } from './findings.ts';
import {
  batchAnswerSchema,
  errorAnswerSchema,
  recordsAnswerSchema,
  syncAnswerSchema,
} from './formats.ts';

/** The statuses that docs/api.md promises for each error code. */
const STATUSES: Record<string, number> = {
  VALIDATION_ERROR: 400,
  PAYLOAD_TOO_LARGE: 413,
  RATE_LIMIT_EXCEEDED: 429,
  INTERNAL_ERROR: 500,
  SERVICE_UNAVAILABLE: 503,
};

/** Codes that say that a service is down or busy. */
const TRANSIENT = ['RATE_LIMIT_EXCEEDED', 'SERVICE_UNAVAILABLE'];

/** Numbers of verdicts and of errors in the answers of the API. */
export interface AnswerCounts {
  verdicts: number;
  errors: number;
}

/**
 * Checks that each request got an answer or a clear error, and that each verdict is the analyzer's
 * own.
 */
export function checkAnswers(
  { answers }: Books,
  verdictOf: VerdictOf,
  findings: Findings,
): AnswerCounts {
  const counts = { verdicts: 0, errors: 0 };
  for (const book of answers) {
    const problem = describeAnswer(book, verdictOf, counts);
    if (problem !== undefined) findings.add('wrong_answers', `${book.route}: ${problem}`);
  }
  return counts;
}

function describeAnswer(
  { route, asked, answer }: AnswerBook,
  verdictOf: VerdictOf,
  counts: AnswerCounts,
): string | undefined {
  if (answer === undefined) return 'no answer';
  if (answer.status >= 400) {
    counts.errors += 1;
    return describeError(asked, answer);
  }
  if (route === 'records') return describeRecords(asked, answer);
  if (route === 'batch') return describeBatch(asked, answer, { verdictOf, counts });
  const [text] = asked;
  const parsed = syncAnswerSchema.safeParse(answer.body);
  if (text === undefined || !parsed.success) return `an unknown body with status ${answer.status}`;
  counts.verdicts += 1;
  if (text.refusal !== undefined) return 'a verdict on a text that must be refused';
  return describeVerdict(text, parsed.data, verdictOf);
}

/** Checks an error for a whole request. */
function describeError(asked: AskedText[], { status, body }: Answer): string | undefined {
  const parsed = errorAnswerSchema.safeParse(body);
  if (!parsed.success) return `an unclear error with status ${status}`;
  const { code, message, timestamp } = parsed.data.error;
  if (STATUSES[code] !== status) return `${code} with status ${status}`;
  if (asked.some(({ text }) => text.length > 20 && message.includes(text))) {
    return 'an error that quotes the text';
  }
  // The gateway answers INTERNAL_ERROR without a timestamp if a function was killed. The API
  // answers INTERNAL_ERROR with a timestamp if the API has a bug.
  if (code === 'INTERNAL_ERROR') return timestamp === undefined ? undefined : 'a bug in the API';
  const is_expected = TRANSIENT.includes(code) || asked[0]?.refusal === code;
  return is_expected ? undefined : `an unexpected ${code}`;
}

function describeBatch(
  asked: AskedText[],
  { status, body }: Answer,
  { verdictOf, counts }: { verdictOf: VerdictOf; counts: AnswerCounts },
): string | undefined {
  const parsed = batchAnswerSchema.safeParse(body);
  if (!parsed.success) return `an unknown body with status ${status}`;
  const { results, succeeded, failed } = parsed.data;
  if (results.length !== asked.length) return `${results.length} answers to ${asked.length} texts`;
  const errors = results.filter((result) => 'error' in result).length;
  if (failed !== errors || succeeded + failed !== asked.length) return 'wrong counts';
  counts.verdicts += succeeded;
  counts.errors += failed;
  for (const [i, text] of asked.entries()) {
    const problem = describeOne(text, results[i], verdictOf);
    if (problem !== undefined) return `text ${i}: ${problem}`;
  }
  return undefined;
}

type BatchResult = ReturnType<typeof batchAnswerSchema.parse>['results'][number];

function describeOne(
  text: AskedText,
  result: BatchResult | undefined,
  verdictOf: VerdictOf,
): string | undefined {
  if (result === undefined) return 'no answer';
  if ('error' in result) {
    const { code } = result.error;
    if (text.refusal === undefined) return TRANSIENT.includes(code) ? undefined : code;
    return code === text.refusal ? undefined : `${code}, not ${text.refusal}`;
  }
  if (text.refusal !== undefined) return 'a verdict on a text that must be refused';
  return describeVerdict(text, result, verdictOf);
}

/** Checks the outcomes of `POST /records`. Invalid records must be refused, and no other record. */
function describeRecords(asked: AskedText[], { status, body }: Answer): string | undefined {
  const parsed = recordsAnswerSchema.safeParse(body);
  if (!parsed.success) return `an unknown body with status ${status}`;
  const { records, ...counts } = parsed.data;
  if (records.length !== asked.length) return `${records.length} outcomes of ${asked.length}`;
  for (const [name, count] of Object.entries(counts)) {
    if (records.filter((record) => record.status === name).length !== count) return 'wrong counts';
  }
  const wrong = records.findIndex(
    (record, i) => (record.status === 'refused') !== (asked[i]?.refusal !== undefined),
  );
  return wrong === -1 ? undefined : `record ${wrong} was ${records[wrong]?.status}`;
}
