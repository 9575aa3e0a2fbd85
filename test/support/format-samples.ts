import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import type { Format } from '../../schemas/index.ts';
import { writeWorkbook } from './workbook.ts';

/** File contents in one format. The tests of the formats run with the samples of each format. */
export interface FormatSamples {
  /**
   * A file with two records: r1 with the text `Good, really` and 5 stars, and r2 with the text
   * `Bad` and 1 star.
   */
  two_records: string | Buffer;
  /**
   * Builds rows that are not valid records, below a header or a first record that is one. Each row
   * contains the given words.
   */
  createInvalidRows: (words: string) => string | Buffer;
  /** Generates files with valid and invalid rows and with different line ends. */
  contents: fc.Arbitrary<string | Buffer>;
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
      [
        joinCells('text', 'stars'),
        joinCells(quote(words), '1', '2'),
        joinCells(quote(words), words),
      ]
        .join('\n')
        .replace(new RegExp(`.${words}$`), `x"${words}`),
    contents: fc
      .tuple(header, LINE_END, joinLines(row), fc.constantFrom('', '\n'))
      .map((parts) => parts.join('')),
  };
}

const JSON_VALUE = fc.oneof(
  WORDS.map((text) => JSON.stringify({ text, note: { deep: [text] } }, undefined, 2)),
  WORDS.map((text) => JSON.stringify({ text })),
  fc.constantFrom('7', 'null', '"text"', '[1]', '{"text":7}', '{"text":nope}', '{"text":"a"'),
);

const JSON_CONTENTS = fc.oneof(
  fc.array(JSON_VALUE).map((values) => `[${values.join(',\n')}]`),
  fc.array(JSON_VALUE).map((values) => `[\n${values.join(',\n')}\n`),
  fc.array(JSON_VALUE).map((values) => `{"meta":[1],"data":[${values.join(',')}],"more":[{}]}`),
  fc
    .tuple(fc.array(JSON_VALUE), fc.constantFrom('\n', '', '\u001e'))
    .map(([values, between]) => values.join(between)),
);

const CELL = fc.oneof(WORDS, fc.integer(), fc.boolean(), fc.constant(null));

const PARQUET_FILES = ['two-records', 'with-null'].map((name) =>
  readFileSync(fileURLToPath(new URL(`../fixtures/formats/${name}.parquet`, import.meta.url))),
);

export const FORMAT_SAMPLES: Record<Format, FormatSamples> = {
  jsonl: {
    two_records: [
      '{"record_id":"r1","text":"Good, really","attributes":{"stars":"5"}}',
      '{"record_id":"r2","text":"Bad","attributes":{"stars":"1"}}',
    ].join('\n'),
    createInvalidRows: (words) => `${words}\n{"text":7,"note":"${words}"}\n{"${words}":1}`,
    contents: JSONL_CONTENTS,
  },
  json: {
    two_records: JSON.stringify(
      [
        { record_id: 'r1', text: 'Good, really', attributes: { stars: '5' } },
        { record_id: 'r2', text: 'Bad', attributes: { stars: '1' } },
      ],
      undefined,
      2,
    ),
    createInvalidRows: (words) => `[{"text":7,"note":"${words}"},"${words}",{"${words}":1}]`,
    contents: JSON_CONTENTS,
  },
  csv: createDelimitedSamples(','),
  tsv: createDelimitedSamples('\t'),
  text: {
    two_records: 'Good, really\nBad',
    // The valid characters outside ASCII show that the file is UTF-8.
    createInvalidRows: (words) =>
      Buffer.concat([Buffer.from(`ä\nö\n${words}`), Buffer.from([0xff, 0x0a])]),
    contents: joinLines(WORDS),
  },
  xlsx: {
    two_records: writeWorkbook({
      Reviews: [
        ['record_id', 'text', 'stars'],
        ['r1', 'Good, really', 5],
        ['r2', 'Bad', 1],
      ],
    }),
    createInvalidRows: (words) =>
      writeWorkbook({
        Reviews: [
          ['text', 'stars'],
          [null, words],
          ['a', words, words],
        ],
      }),
    contents: fc
      .array(fc.array(CELL, { maxLength: 4 }), { maxLength: 6 })
      .map((rows) => writeWorkbook({ Reviews: [['text', 'stars'], ...rows], Other: [['text']] })),
  },
  parquet: {
    two_records: PARQUET_FILES[0] ?? '',
    createInvalidRows: () => PARQUET_FILES[1] ?? '',
    contents: fc.constantFrom(PARQUET_FILES[0] ?? '', PARQUET_FILES[1] ?? ''),
  },
};
