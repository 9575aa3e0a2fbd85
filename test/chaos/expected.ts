import { BatchDetectSentimentCommand } from '@aws-sdk/client-comprehend';
import { chunk } from '../../lib/chunk.ts';
import type { TestCloud } from '../support/cloud.ts';
import type { RecordSpec } from '../support/generated.ts';
import type { Expected } from './check.ts';
import type { FoundRow } from './stores.ts';

const DOCUMENTS_PER_CALL = 25;
const MAX_DOCUMENT_BYTES = 5_000;

interface Said {
  sentiment: string;
  scores: Record<string, number>;
}

/** Asks the analyzer, with no product code between, for every text that a row has a verdict of. */
export async function expectedVerdicts(
  test: TestCloud,
  specs: Map<string, RecordSpec>,
  rows: FoundRow[],
): Promise<Expected> {
  const wanted = new Map<string, Set<string>>();
  for (const row of rows) {
    const spec = specs.get(`${row.tenant}#${row.record_id}#${row.record_version}`);
    if (spec === undefined || row.status !== 'analyzed' || isLong(spec.text)) continue;
    const texts = wanted.get(row.language_code!) ?? new Set();
    wanted.set(row.language_code!, texts.add(spec.text.trim()));
  }
  const said = new Map<string, Said>();
  for (const [language, texts] of wanted) {
    for (const call of chunk([...texts], DOCUMENTS_PER_CALL)) {
      const { ResultList = [] } = await test.clients.comprehend.send(
        new BatchDetectSentimentCommand({ TextList: call, LanguageCode: language as 'en' }),
      );
      for (const { Index, Sentiment, SentimentScore = {} } of ResultList) {
        const scores = Object.fromEntries(
          Object.entries(SentimentScore).map(([name, score]) => [name.toLowerCase(), score ?? 0]),
        );
        said.set(`${language} ${call[Index!]}`, { sentiment: Sentiment!, scores });
      }
    }
  }
  return (spec, row) => whatIsWrong(spec, row, said);
}

function whatIsWrong(spec: RecordSpec, row: FoundRow, said: Map<string, Said>): string | undefined {
  if (spec.status !== 'analyzed') {
    return row.sentiment === undefined ? undefined : 'a verdict that nobody gave';
  }
  if (spec.language !== undefined && spec.language !== row.language_code) return 'the language';
  if (isLong(spec.text)) return row.chunks! > 1 ? undefined : 'a long text in one chunk';
  const expected = said.get(`${row.language_code} ${spec.text.trim()}`);
  if (expected === undefined) return 'a text that the analyzer refuses';
  if (expected.sentiment !== row.sentiment) return `${row.sentiment}, not ${expected.sentiment}`;
  const is_close = Object.entries(expected.scores).every(
    ([name, score]) => Math.abs(score - (row.scores?.[name] ?? -1)) < 1e-5,
  );
  return is_close ? undefined : 'the scores';
}

function isLong(text: string): boolean {
  return Buffer.byteLength(text) > MAX_DOCUMENT_BYTES;
}
