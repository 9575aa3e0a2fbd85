import { expect, it } from 'vitest';
import * as z from 'zod';
import { parseWellFormedJson, recordSchema, translateIssues } from '../../../schemas/index.ts';

function issuesOf(schema: z.ZodType, value: unknown) {
  const { error } = schema.safeParse(value);
  return error === undefined ? [] : translateIssues(error);
}

it('translateIssues gives the path of the field and the error of each zod issue', () => {
  const issues = issuesOf(recordSchema, { source: 'Not A Slug', text: 'x' });
  expect(issues).toEqual([{ path: 'source', message: expect.stringContaining('must be 1 to 64') }]);
});

it('translateIssues quotes an attribute name only if it looks like an identifier', () => {
  const attributes = { 'my secret diary': [], stars: [] };
  const issues = issuesOf(recordSchema, { source: 's', text: 'x', attributes });
  const paths = issues.map(({ path }) => path);
  expect(paths).toContain('attributes.?');
  expect(paths).toContain('attributes.stars');
  expect(JSON.stringify(issues)).not.toContain('diary');
});

it('translateIssues does not quote the names of unknown fields', () => {
  const issues = issuesOf(z.strictObject({}), { 'my secret diary': 1 });
  expect(issues).toEqual([{ path: '', message: 'has unknown fields' }]);
});

it('translateIssues translates at most 20 issues', () => {
  expect(issuesOf(z.array(z.string()), Array(30).fill(1))).toHaveLength(20);
});

it('parseWellFormedJson replaces half an emoji with U+FFFD and keeps whole ones', () => {
  expect(parseWellFormedJson(String.raw`["cut \ud83d", "\ud83d\ude00"]`)).toEqual([
    'cut \ufffd',
    '😀',
  ]);
});

it.each(['\\ud83d', '\\uD83D', '\\uDBFF', '\\udc00', '\\uDFFF', '\\uda00'])(
  'parseWellFormedJson replaces the lone surrogate %s in texts of any depth',
  (half) => {
    const json = `{"a":["x${half}",{"b":"${half}"}]}`;
    expect(parseWellFormedJson(json)).toEqual({ a: ['x\ufffd', { b: '\ufffd' }] });
  },
);
