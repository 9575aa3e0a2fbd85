import { BatchDetectSentimentCommand } from '@aws-sdk/client-comprehend';
import { chunk } from '../../lib/chunk.ts';
import type { TestCloud } from '../support/cloud.ts';
import type { RecordSpec } from '../support/generated.ts';
import type { VerdictCheck } from './check.ts';
import type { StoredRow } from './stores.ts';

const DOCUMENTS_PER_CALL = 25;
const MAX_DOCUMENT_BYTES = 5_000;

interface AnalyzerVerdict {
  sentiment: string;
  scores: Record<string, number>;
}

/**
 * Sends the texts of all analyzed rows directly to the analyzer and collects the verdicts.
 *
 * @returns a function that compares a row with the analyzer's verdict on the text.
 */
export async function createVerdictCheck(
  test: TestCloud,
  specs: Map<string, RecordSpec>,
  rows: StoredRow[],
): Promise<VerdictCheck> {
  const verdicts = new Map<string, AnalyzerVerdict>();
  for (const [language, texts] of groupTexts(specs, rows)) {
    for (const call of chunk([...texts], DOCUMENTS_PER_CALL)) {
      const { ResultList = [] } = await test.clients.comprehend.send(
        new BatchDetectSentimentCommand({ TextList: call, LanguageCode: language as 'en' }),
      );
      for (const { Index, Sentiment, SentimentScore = {} } of ResultList) {
        const scores = Object.fromEntries(
          Object.entries(SentimentScore).map(([name, score]) => [name.toLowerCase(), score ?? 0]),
        );
        verdicts.set(`${language} ${call[Index!]}`, { sentiment: Sentiment!, scores });
      }
    }
  }
  return (spec, row) => describeDifference(spec, row, verdicts);
}

/**
 * Groups the texts of analyzed rows by language. Long texts are left out, because the product
 * splits long texts into chunks.
 */
function groupTexts(specs: Map<string, RecordSpec>, rows: StoredRow[]): Map<string, Set<string>> {
  const by_language = new Map<string, Set<string>>();
  for (const row of rows) {
    const spec = specs.get(`${row.tenant}#${row.record_id}#${row.record_version}`);
    if (spec === undefined || row.status !== 'analyzed' || isLong(spec.text)) continue;
    const texts = by_language.get(row.language_code!) ?? new Set();
    by_language.set(row.language_code!, texts.add(spec.text.trim()));
  }
  return by_language;
}

function describeDifference(
  spec: RecordSpec,
  row: StoredRow,
  verdicts: Map<string, AnalyzerVerdict>,
): string | undefined {
  if (spec.status !== 'analyzed') {
    return row.sentiment === undefined ? undefined : 'a verdict for a record that must have none';
  }
  if (spec.language !== undefined && spec.language !== row.language_code)
    return `language ${row.language_code}, not ${spec.language}`;
  if (isLong(spec.text))
    return row.chunks! > 1 ? undefined : 'a long text was analysed as one chunk';
  const expected = verdicts.get(`${row.language_code} ${spec.text.trim()}`);
  if (expected === undefined) return 'the analyzer has no verdict for this text';
  if (expected.sentiment !== row.sentiment)
    return `sentiment ${row.sentiment}, not ${expected.sentiment}`;
  const is_close = Object.entries(expected.scores).every(
    ([name, score]) => Math.abs(score - (row.scores?.[name] ?? -1)) < 1e-5,
  );
  return is_close ? undefined : "scores differ from the analyzer's";
}

function isLong(text: string): boolean {
  return Buffer.byteLength(text) > MAX_DOCUMENT_BYTES;
}
