import { expect, it } from 'vitest';
import { createTargets, findName } from '../../../../ingest/sources/mapping/targets.ts';
import type { FileOptions } from '../../../../schemas/index.ts';

const resolve = (known: readonly string[], options: FileOptions = {}) =>
  createTargets(known, options).of(known);

it.each([
  ['exact', ['Text', 'text'], 1],
  ['in another case', ['a', 'TEXT'], 1],
  ['with spaces around it', ['a', ' text '], 1],
  ['in full-width letters', ['a', 'ｔｅｘｔ'], 1],
])('a column becomes a field if its name is that of the field: %s', (_, known, index) => {
  const targets = resolve(known);
  expect(targets[index]).toEqual({ field: 'text' });
  expect(targets[1 - index]).toHaveProperty('attribute');
});

it.each([
  ['text_field', 'text'],
  ['id_field', 'record_id'],
  ['time_field', 'created_at'],
  ['language_field', 'language'],
])(
  'the column of the option %s becomes the field %s, before a column with its name',
  (option, field) => {
    const targets = resolve([field, 'mine'], { [option]: 'mine' });
    expect(targets).toEqual([{ attribute: field }, { field }]);
  },
);

it('a column is mapped to an attribute, with or without the prefix', () => {
  const map = { stars: 'a', 'attributes.shop': 'b' };
  expect(resolve(['a', 'b', 'text'], { map })).toEqual([
    { attribute: 'stars' },
    { attribute: 'shop' },
    { field: 'text' },
  ]);
});

it('a column that is mapped to an attribute does not become the field of its name', () => {
  const targets = createTargets(['language', 'text'], { map: { spoken: 'language' } });
  expect(targets.of(['language', 'text'])[0]).toEqual({ attribute: 'spoken' });
  expect(targets.columnOf('language')).toBeUndefined();
});

it('a column that is mapped to one field does not become another by its name', () => {
  const known = ['text', 'body'];
  const targets = createTargets(known, { map: { text: 'body', author: 'text' } });
  expect(targets.of(known)).toEqual([{ field: 'author' }, { field: 'text' }]);
});

it('language_code is the language, beside a column with the name language too, unless an option names another', () => {
  expect(resolve(['language_code'])).toEqual([{ field: 'language' }]);
  expect(resolve(['language', 'language_code'])).toEqual([
    { field: 'language' },
    { field: 'language' },
  ]);
  expect(resolve(['spoken', 'language_code'], { language_field: 'spoken' })).toEqual([
    { field: 'language' },
    { attribute: 'language_code' },
  ]);
  expect(resolve(['language_code'], { map: { code: 'language_code' } })).toEqual([
    { attribute: 'code' },
  ]);
  expect(resolve(['language', 'language_code'], { map: { author: 'language_code' } })).toEqual([
    { field: 'language' },
    { field: 'author' },
  ]);
});

it('the column of a field is known if the file has it', () => {
  const targets = createTargets(['Body', 'id'], { text_field: 'body', time_field: 'when' });
  expect(targets.columnOf('text')).toBe('Body');
  expect(targets.columnOf('created_at')).toBeUndefined();
  expect(targets.columnOf('record_id')).toBeUndefined();
});

it('of two columns with one name, the first becomes the field and the second an attribute', () => {
  expect(resolve(['text', 'text'])).toEqual([{ field: 'text' }, { attribute: 'text' }]);
});

it('names that only later rows have become fields that are free, or attributes', () => {
  const { of } = createTargets(['text'], {});
  expect(of(['author', 'language_code', 'text', 'colour'])).toEqual([
    { field: 'author' },
    { field: 'language' },
    { field: 'text' },
    { attribute: 'colour' },
  ]);
  const given = createTargets(['mine'], { text_field: 'mine' });
  expect(given.of(['text'])).toEqual([{ attribute: 'text' }]);
  expect(given.of(['text'])).toEqual([{ attribute: 'text' }]);
});

it('entries of an object of attributes lose the prefix, and no two columns share an attribute', () => {
  expect(resolve(['attributes.shop', 'shop', 'xattributes.shop'])).toEqual([
    { attribute: 'shop' },
    { attribute: expect.not.stringMatching(/^shop$/) },
    { attribute: expect.stringContaining('xattributes') },
  ]);
});

it('no column becomes the id, the line or the run of a job', () => {
  for (const name of ['job_id', 'job_index', 'run_id']) {
    expect(resolve([name])).toEqual([{ attribute: name }]);
  }
});

it('a name is found exactly before it is found in another case', () => {
  expect(findName(['ID', 'id'], 'id')).toBe('id');
  expect(findName(['ID'], 'id')).toBe('ID');
  expect(findName(['x'], 'id')).toBeUndefined();
});
