import { expect, it } from 'vitest';
import { chooseJsonShape } from '../../../../ingest/sources/json/choose-layout.ts';
import { parseJson, parseRow } from '../../../../ingest/sources/json/parse.ts';
import { findValueEnd, MISMATCHED } from '../../../../ingest/sources/json/scan-value.ts';

const shape = (
  text: string,
  { is_whole = true, path }: { is_whole?: boolean; path?: string } = {},
) => chooseJsonShape(Buffer.from(text), is_whole, path);

const LINES = { kind: 'lines' };
const sequence = (start: number) => ({ kind: 'sequence', start });
const array = (start: number, path = '') => ({ kind: 'array', start, path });

it.each([
  ['one object on each line', '{"text":"a"}\n{"text":"b"}\n', LINES],
  ['lines that end with a carriage return', '{"text":"a"}\r{"text":"b"}\r', LINES],
  ['a first line that is broken', '{"text":}\n{"text":"b"}\n', LINES],
  ['one object on one line', '{"text":"a"}', LINES],
  ['objects side by side', '{"text":"a"} {"text":"b"}', sequence(0)],
  ['objects with commas between them', '{"text":"a"},{"text":"b"}', sequence(0)],
  ['objects over several lines', '{\n"text":"a"}\n{\n"text":"b"}\n', sequence(0)],
  ['objects behind record separators', '\x1e{"text":"a"}\n\x1e{"text":"b"}\n', sequence(1)],
  ['one object over several lines', '{\n"text":"a"}\n', sequence(0)],
  ['an array', ' [{"text":"a"}]', array(2)],
  ['an array on each line', '["a"]\n["b"]\n', LINES],
  ['an array in an object', '{"n":1,"rows":[{"text":"a"}]}', array(15, 'rows')],
  [
    'an array deeper in an object',
    '{"data":{"n":[1],"rows":[ {"text":"a"}]}}',
    array(25, 'data.rows'),
  ],
  ['an object with a text and an array', '{"text":"a","replies":[{"text":"b"}]}', LINES],
  ['columns of pandas', '{"text":{"0":"a","1":"b"}}', { kind: 'columns' }],
  ['a dict of Python', "{ 'text': 'a'}", { kind: 'python' }],
  ['a string on each line', '"a"\n"b"\n', LINES],
])('the rows of a file are found: %s', (_, text, expected) => {
  expect(shape(text)).toEqual(expected);
});

it.each([
  ['one line of strings, as CSV may begin', '"a","b"\n"c","d"\n'],
  ['a string and no second line', '"a"\n"b"'],
  ['a string behind which no string comes', '"a"\nb\n'],
  ['a string that is never closed', '"a\n\n'],
  ['a string with a wrong escape', '"\\x"\n"b"\n'],
  ['words', 'text\na\n'],
  ['no bytes', ''],
])('a file is not taken for JSON: %s', (_, text) => {
  expect(shape(text)).toBeUndefined();
});

it('a row over several lines that is longer than the head is not read line by line', () => {
  const head = '{\n"n": 1,\n"rows": [\n{"text":"a"},';
  expect(shape(head, { is_whole: false })).toEqual(array(head.indexOf('[') + 1, 'rows'));
  expect(shape('{"rows":[{"text":"a"},', { is_whole: false })).toEqual(array(9, 'rows'));
  expect(shape('{"n":"a', { is_whole: false })).toEqual(LINES);
  // The brackets of the first line match, and the second is cut off.
  expect(shape('{"rows":[{"text":"a"}]}\n{"rows":[', { is_whole: false })).toEqual(LINES);
});

it('a path chooses the array, also in an array and where it holds no objects', () => {
  const text = '{"a":[{"x":1}],"b":{"c":["d"]}}';
  expect(shape(text, { path: 'b.c' })).toEqual(array(text.indexOf('["d"') + 1, 'b.c'));
  expect(shape(text, { path: 'a' })).toEqual(array(6, 'a'));
  expect(shape(text, { path: 'c' })).toBeUndefined();
  expect(shape('[{"x":1}]', { path: '' })).toEqual(array(1));
});

it('an array is looked for in four levels of objects, and no deeper', () => {
  const nest = (depth: number) => `${'{"a":'.repeat(depth)}[{"text":"x"}]${'}'.repeat(depth)}`;
  expect(shape(nest(4))).toMatchObject({ kind: 'array', path: 'a.a.a.a' });
  expect(shape(nest(5))).toEqual(LINES);
});

it('columns of pandas have the keys 0, 1, 2 and so on, in each column', () => {
  for (const text of [
    '{"text":{"0":"a"},"n":1}',
    '{"text":{"1":"a"}}',
    '{"text":{}}',
    '{"text":["a"]}',
    '{"text":null}',
    '{}',
  ]) {
    expect(shape(text), text).toEqual(LINES);
  }
});

it.each([
  ['{"a":[1,"]"]} x', 13],
  ['[{"a":"\\"}"}],', 13],
  ['"a\\\\" "b"', 5],
  ['12,3', 2],
  ['true ', 4],
  ['7]', 1],
  ['}', 1],
  ['"', undefined],
  ['"a\\"', undefined],
  ['{"a":[1', undefined],
  ['12', undefined],
  ['', undefined],
  ['{"a":[1}', MISMATCHED],
  ['[}', MISMATCHED],
])('the end of the first value of %s is %s', (text, end) => {
  expect(findValueEnd(Buffer.from(text), 0)).toBe(end);
});

it.each([
  ['{"id":12345678901234567890}', { id: '12345678901234567890' }],
  ['{"id":-9007199254740993}', { id: '-9007199254740993' }],
  ['{"id":9007199254740991}', { id: 9_007_199_254_740_991 }],
  ['{"a":1234567890123456.5}', { a: 1_234_567_890_123_456.5 }],
  ['{"a":0.1234567890123456789}', { a: 0.123_456_789_012_345_68 }],
  ['{"a":1e2,"b":"1234567890123456789"}', { a: 100, b: '1234567890123456789' }],
  [
    '{"a\\"1234567890123456789":"\\\\","b":1234567890123456789}',
    {
      'a"1234567890123456789': '\\',
      b: '1234567890123456789',
    },
  ],
  ['{"a":NaN,"b":-Infinity,"c":"NaN, Infinity"}', { a: null, b: null, c: 'NaN, Infinity' }],
  ['[NaN,12345678901234567890]', [null, '12345678901234567890']],
  ['{"a":NaNs}', undefined],
  ['{"a":1234567890123456789', undefined],
  ['"1234567890123456789', undefined],
])('%s is parsed with exact integers, and NaN as null', (text, value) => {
  expect(parseJson(text)).toEqual(value);
});

it('a row is flattened to paths; lists of scalars become a text, and empty values are left out', () => {
  const row =
    '{"a":{"b":[1,null,"x"],"e":{},"l":[]},"o":[{"p":1}],"n":null,"d":{"d":{"d":{"d":{"d":1}}}}}';
  expect(parseRow(Buffer.from(row))).toEqual({
    names: ['a.b', 'o', 'n', 'd.d.d.d'],
    values: ['1, x', [{ p: 1 }], null, { d: 1 }],
  });
});

it('a row has at most 2,000 values', () => {
  const many = Object.fromEntries(Array.from({ length: 2_001 }, (_, i) => [`k${i}`, i]));
  const row = parseRow(Buffer.from(JSON.stringify({ many, last: 1 })));
  expect(row).toMatchObject({ names: { length: 2_000 } });
});

it.each([
  [Buffer.from([0x22, 0xff, 0x22]), 'is not UTF-8'],
  [Buffer.from('{'), 'is not JSON'],
  [Buffer.from('"a"'), 'is a JSON string, not a JSON object'],
  [Buffer.from('[{}]'), 'is not a JSON object'],
  [Buffer.from('null'), 'is not a JSON object'],
])('a row that is no object says so: %s', (bytes, wrong) => {
  expect(parseRow(bytes)).toEqual({ wrong });
});
