import { expect, it } from 'vitest';
import {
  listAuthors,
  type Selectable,
  type Selection,
  selectorSchema,
  selects,
  selectsAll,
} from '../../../schemas/selector.ts';

const AT = Date.parse('2026-11-20T00:00:00Z');
const RECORD: Selectable = {
  ...{ tenant: 'shop', source: 'reviews', record_id: 'r1', author: 'ann' },
  created_at: '2026-11-01T00:00:00Z',
  arrived_at: '2026-11-02T00:00:00Z',
  stamp: AT,
};
const selection = (selector: object, rest: Partial<Selection> = {}): Selection => ({
  selector: { tenant: 'shop', ...selector },
  accepted_until: AT,
  ...rest,
});

it.each([
  ['all of a tenant', {}],
  ['one source', { source: 'reviews' }],
  ['one record', { source: 'reviews', record_id: 'r1' }],
  ['one author', { author: 'ann' }],
  ['what is older', { before: '2026-11-01T00:00:00.001Z' }],
])('a record is selected by %s', (_, selector) => {
  expect(selects(selection(selector), RECORD)).toBe(true);
});

it.each([
  ['another tenant', { tenant: 'other' }],
  ['another source', { source: 'tweets' }],
  ['another record', { source: 'reviews', record_id: 'r2' }],
  ['another author', { author: 'bob' }],
  ['what is older than its time', { before: '2026-11-01T00:00:00Z' }],
])('a record is not selected by %s', (_, selector) => {
  expect(selects(selection(selector), RECORD)).toBe(false);
});

it('a record that was accepted later is not selected, by its stamp or else by its arrival', () => {
  expect(selects(selection({}), { ...RECORD, stamp: AT + 1 })).toBe(false);
  const { stamp, ...unstamped } = RECORD;
  expect(selects(selection({}), { ...unstamped, arrived_at: '2026-11-20T00:00:00Z' })).toBe(true);
  expect(selects(selection({}), { ...unstamped, arrived_at: '2026-11-20T00:00:01Z' })).toBe(false);
});

it('a record without a time of its own is as old as its arrival', () => {
  const { created_at, ...record } = RECORD;
  expect(selects(selection({ before: '2026-11-02T00:00:01Z' }), record)).toBe(true);
  expect(selects(selection({ before: '2026-11-02T00:00:00Z' }), record)).toBe(false);
});

it('an author is found in every form in which stores hold it, and a record without one is not', () => {
  const forms = selection({ author: 'ann' }, { authors: ['ann', '[NAME:1]'] });
  expect(selects(forms, { ...RECORD, author: '[NAME:1]' })).toBe(true);
  expect(selects(forms, RECORD)).toBe(true);
  expect(selects(forms, { ...RECORD, author: undefined })).toBe(false);
  expect(listAuthors(forms)).toEqual(['ann', '[NAME:1]']);
  expect(listAuthors(selection({ author: 'ann' }))).toEqual(['ann']);
  expect(listAuthors(selection({}, { authors: ['ann'] }))).toEqual([]);
});

it('a selector selects all of a tenant or a source unless it names a record, an author or a time', () => {
  expect(selectsAll({ tenant: 'shop' })).toBe(true);
  expect(selectsAll({ tenant: 'shop', source: 'reviews' })).toBe(true);
  expect(selectsAll({ tenant: 'shop', source: 'reviews', record_id: 'r1' })).toBe(false);
  expect(selectsAll({ tenant: 'shop', author: 'ann' })).toBe(false);
  expect(selectsAll({ tenant: 'shop', before: '2026-11-01T00:00:00Z' })).toBe(false);
});

it.each([
  ['a record without its source', { record_id: 'r1' }, 'source'],
  ['a record and an author', { source: 's', record_id: 'r1', author: 'ann' }, 'record_id'],
  ['an author and a time', { author: 'ann', before: '2026-11-01T00:00:00Z' }, 'record_id'],
  ['an empty author', { author: '' }, 'author'],
  ['an unknown field', { auhtor: 'ann' }, ''],
])('a selector is refused: %s', (_, selector, field) => {
  const parsed = selectorSchema.safeParse({ tenant: 'shop', ...selector });
  expect(parsed.error?.issues[0]?.path.join('.')).toBe(field);
});
