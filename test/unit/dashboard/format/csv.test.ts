import { expect, it } from 'vitest';
import { writeCsv, writeNdjson } from '../../../../dashboard/format/csv.ts';

const RESULT = {
  schema_version: 1 as const,
  record_id: 'r-1',
  tenant: 'acme',
  source: 'reviews',
  status: 'analyzed' as const,
  sentiment: 'NEGATIVE' as const,
  score: 0.9,
  scores: { positive: 0.05, negative: 0.9, neutral: 0.03, mixed: 0.02 },
  language_code: 'en',
  text_hash: 'a'.repeat(64),
  text_bytes: 9,
  created_at: '2026-11-28T10:00:00.000Z',
  arrived_at: '2026-11-28T10:00:01.000Z',
  processed_at: '2026-11-28T10:00:02.000Z',
};

it('CSV begins with a mark for Excel and a header, and protects texts and not numbers from being formulas', () => {
  const text = '=HYPERLINK("https://example.com"), "bad"';
  const [header, line] = writeCsv([{ ...RESULT, text, score: -1 }]).split('\r\n');
  expect(header).toMatch(/^\ufeffsource,record_id,status,sentiment,score,positive,/);
  expect(line).toContain('reviews,r-1,analyzed,NEGATIVE,-1,0.05,0.9,0.03,0.02,en,');
  expect(line).toContain(`"'=HYPERLINK(""https://example.com""), ""bad"""`);
});

it('CSV leaves absent values empty, and has attributes as JSON', () => {
  const { sentiment, scores, ...without } = RESULT;
  const [, line] = writeCsv([{ ...without, attributes: { stars: '5' } }]).split('\r\n');
  expect(line).toMatch(/^reviews,r-1,analyzed,,0\.9,,,,,en,/);
  expect(line).toMatch(/,"\{""stars"":""5""\}"$/);
});

it('NDJSON has one line for each result', () => {
  const lines = writeNdjson([RESULT, { ...RESULT, record_id: 'r-2' }]).split('\n');
  expect(lines.slice(0, 2).map((line) => JSON.parse(line).record_id)).toEqual(['r-1', 'r-2']);
  expect(lines[2]).toBe('');
});
