import fc from 'fast-check';
import type { Format } from '../../schemas/index.ts';

/** File contents in one format. The tests of the formats run with the samples of each format. */
export interface FormatSamples {
  /**
   * A file with two records: r1 with the text `Good, really` and 5 stars, and r2 with the text
   * `Bad` and 1 star.
   */
  two_records: string;
  /** Builds rows that are not valid records. Each row contains the given words. */
  createInvalidRows: (words: string) => string;
  /** Generates files with valid and invalid rows and with different line ends. */
  contents: fc.Arbitrary<string>;
}

const WORDS = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(
    '',
    ' ',
    'a,b',
    'a\tb',
    '"quoted"',
    'two\nlines',
    'Größe 😀 日本',
    '\u2028',
    '\ufeffmarked',
  ),
);
const LINE_END = fc.constantFrom('\n', '\r\n');

/**
 * Generates file contents by joining generated lines. A file has either one kind of line end or
 * mixed line ends.
 */
function joinLines(line: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof(
    fc.tuple(fc.array(line), LINE_END).map(([lines, end]) => lines.join(end)),
    fc.array(fc.tuple(line, LINE_END)).map((lines) => lines.flat().join('')),
  );
}

const JSONL_CONTENTS = fc
  .tuple(
    fc.constantFrom('', '\ufeff'),
    joinLines(
      fc.oneof(
        WORDS.map((text) => JSON.stringify({ text, language: 'en' })),
        fc.constantFrom('', '   ', 'no JSON', '{"text":7}', '[]', '{"text":"a"', '\ufeff', 'a\rb'),
      ),
    ),
    fc.constantFrom('', '\n'),
  )
  .map((parts) => parts.join(''));

function createDelimitedSamples(delimiter: string): FormatSamples {
  const joinCells = (...cells: string[]) => cells.join(delimiter);
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const header = fc
    .constantFrom(['text', 'stars'], ['"text"', '"stars"'], ['\ufefftext', 'stars'])
    .map((names) => joinCells(...names));
  const row = fc.oneof(
    fc.tuple(WORDS, WORDS).map(([text, stars]) => joinCells(quote(text), quote(stars))),
    fc
      .constantFrom([''], ['only one'], ['a', 'b', 'c'], ['plain', '5'], ['b\rc', '2'], ['', '2'])
      .map((cells) => joinCells(...cells)),
  );
  return {
    two_records: [
      joinCells('record_id', 'text', 'stars'),
      joinCells('r1', quote('Good, really'), '5'),
      joinCells('r2', 'Bad', '1'),
    ].join('\n'),
    createInvalidRows: (words) =>
      [joinCells('text', 'stars'), joinCells(quote(words), '1', '2'), quote(words)].join('\n'),
    contents: fc
      .tuple(header, LINE_END, joinLines(row), fc.constantFrom('', '\n'))
      .map((parts) => parts.join('')),
  };
}

export const FORMAT_SAMPLES: Record<Format, FormatSamples> = {
  jsonl: {
    two_records: [
      '{"record_id":"r1","text":"Good, really","attributes":{"stars":"5"}}',
      '{"record_id":"r2","text":"Bad","attributes":{"stars":"1"}}',
    ].join('\n'),
    createInvalidRows: (words) =>
      `${words}\n{"text":"${words}","language":"${words}"}\n{"${words}":1}`,
    contents: JSONL_CONTENTS,
  },
  csv: createDelimitedSamples(','),
  tsv: createDelimitedSamples('\t'),
};
