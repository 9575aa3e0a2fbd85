import { expect, it } from 'vitest';
import { readFilterCriteria } from '../../../src/runtime/event-source/filter.ts';

const criteria = (...patterns: unknown[]) => ({
  Filters: patterns.map((pattern) => ({ Pattern: JSON.stringify(pattern) })),
});

const RECORD = JSON.stringify({
  eventName: 'MODIFY',
  dynamodb: {
    Keys: { id: { S: 'r-1' } },
    OldImage: { id: { S: 'r-1' }, stars: { N: '4' }, is_read: { BOOL: true } },
    NewImage: { id: { S: 'r-1' }, stars: { N: '5' }, tags: { L: [{ S: 'a' }, { S: 'b' }] } },
  },
});
const image = (rules: object) => ({ dynamodb: { NewImage: rules } });

it.each<[string, object[], boolean]>([
  ['a value', [image({ stars: { N: ['5'] } })], true],
  ['another value', [image({ stars: { N: ['4'] } })], false],
  ['one of several values', [image({ stars: { N: ['4', '5'] } })], true],
  ['a truth value', [{ dynamodb: { OldImage: { is_read: { BOOL: ['true'] } } } }], true],
  ['a part of a value', [image({ id: { S: ['r'] } })], false],
  ['a prefix', [image({ id: { S: [{ prefix: 'r-' }] } })], true],
  ['another prefix', [image({ id: { S: [{ prefix: '-1' }] } })], false],
  [
    'a value that is not excluded',
    [image({ stars: { N: [{ 'anything-but': ['1', '2'] }] } })],
    true,
  ],
  ['an excluded value', [image({ stars: { N: [{ 'anything-but': ['1', '5'] }] } })], false],
  [
    'a value of an absent field that is not excluded',
    [image({ no: { S: [{ 'anything-but': ['1'] }] } })],
    false,
  ],
  ['an existing leaf', [image({ stars: { N: [{ exists: true }] } })], true],
  ['an absent leaf that must exist', [image({ is_read: { BOOL: [{ exists: true }] } })], false],
  ['an absent leaf', [image({ is_read: { BOOL: [{ exists: false }] } })], true],
  ['an existing leaf that must be absent', [image({ stars: { N: [{ exists: false }] } })], false],
  ['an existing field that is no leaf', [image({ stars: [{ exists: true }] })], false],
  ['an existing list, as AWS advises not to', [image({ tags: [{ exists: true }] })], false],
  ['an existing element of a list', [image({ tags: { L: { S: [{ exists: true }] } } })], true],
  ['two fields that fit', [image({ stars: { N: ['5'] }, id: { S: ['r-1'] } })], true],
  [
    'two fields of which one does not fit',
    [image({ stars: { N: ['5'] }, id: { S: ['x'] } })],
    false,
  ],
  [
    'two filters of which one fits',
    [image({ id: { S: ['x'] } }), image({ id: { S: ['r-1'] } })],
    true,
  ],
  ['a property that every object inherits', [image({ constructor: { name: ['Object'] } })], false],
])('a record matches a filter of %s: %j is %s', (_case, patterns, is_match) => {
  expect(readFilterCriteria(criteria(...patterns))?.(RECORD)).toBe(is_match);
});

it('without filters, a mapping delivers every record', () => {
  expect(readFilterCriteria({})).toBeUndefined();
  expect(readFilterCriteria({ Filters: [] })).toBeUndefined();
});
