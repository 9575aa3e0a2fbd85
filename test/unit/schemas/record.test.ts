import { expect, it } from 'vitest';
import { recordSchema } from '../../../schemas/index.ts';

const parse = (record: unknown) => recordSchema.safeParse(record);
const issuesOf = (record: unknown) =>
  parse(record).error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);

it('a record accepts any text that people write, and gets defaults', () => {
  for (const text of [
    'I love my cat',
    'It only cost $5; works & great',
    '<b>bold</b> -- DROP TABLE?',
    '👍',
    '\u0000',
  ]) {
    expect(parse({ text, source: 'app_reviews' }).data).toMatchObject({
      text,
      tenant: 'default',
      language: 'auto',
      deleted: false,
    });
  }
});

it('a record drops unknown fields, so that producers may send a new field before the schema has it', () => {
  const parsed = parse({ text: 'a', source: 's', mood: 'new' });
  expect(parsed.success).toBe(true);
  expect(parsed.data).not.toHaveProperty('mood');
});

it('the limit of a text counts UTF-8 bytes', () => {
  const just = 'é'.repeat(524_288);
  expect(parse({ text: just, source: 's' }).success).toBe(true);
  expect(issuesOf({ text: `${just}a`, source: 's' })).toEqual([
    'text: must be at most 1 MiB in UTF-8',
  ]);
});

it.each([
  [{ source: 's' }, 'text: is required'],
  [{ text: 'a', source: 'My Source' }, 'source: must be 1 to 64'],
  [{ text: 'a', source: 's', created_at: '2026-11-23T10:00:00' }, 'created_at: must be an ISO'],
  [{ text: 'a', source: 's', record_id: 'a b' }, 'record_id: must be 1 to 256'],
  [{ text: 'a', source: 's', job_id: 'j' }, 'job_index: job_id and job_index must come together'],
  [{ source: 's', deleted: true }, 'record_id: is required'],
])('an issue of a record names the field and what is wrong: %j', (record, issue) => {
  expect(issuesOf(record)).toEqual([expect.stringContaining(issue)]);
});

const listAttributes = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, i]));
it.each([
  ['record_id', 'r'.repeat(256), 'r'.repeat(257)],
  ['source', 's'.repeat(64), 's'.repeat(65)],
  ['tenant', 't'.repeat(64), 't'.repeat(65)],
  ['tenant', '0-_', '-a'],
  ['tenant', 'a', '_a'],
  ['author', 'a'.repeat(256), 'a'.repeat(257)],
  ['url', `https://a.b/${'x'.repeat(2_036)}`, `https://a.b/${'x'.repeat(2_037)}`],
  ['url', 'https://a.b', 'a.b'],
  ['attributes', listAttributes(32), listAttributes(33)],
  ['attributes', { a: 'x'.repeat(1_024) }, { a: 'x'.repeat(1_025) }],
  ['attributes', { ['a'.repeat(64)]: 1 }, { ['a'.repeat(65)]: 1 }],
  ['attributes', { a: true }, { a: null }],
  ['record_version', 0, -1],
  ['record_version', 7, 1.5],
  ['analysis_run', 0, -1],
  ['language', 'AUTO', 'automatic'],
  ['language', 'zh-Hant-TW', 'xx'],
  ['language', 'fil', 'filipino'],
  ['created_at', '2026-11-23T10:00:00+02:00', '2026-11-23'],
])('a record takes the %s %j, and refuses %j', (field, right, wrong) => {
  const record = { text: 'a', source: 's' };
  expect(issuesOf({ ...record, [field]: right })).toBeUndefined();
  expect(issuesOf({ ...record, [field]: wrong })?.join()).toContain(field);
});

it('a claim stands for a text: one of them, never both, and a claim is a SHA-256 in hex', () => {
  const text_claim = 'a'.repeat(64);
  expect(parse({ source: 's', text_claim }).data).toMatchObject({ text: '', text_claim });
  expect(issuesOf({ source: 's', text_claim, text: 'a' })).toEqual([
    'text_claim: replaces the text: leave text out',
  ]);
  for (const wrong of ['a'.repeat(63), 'a'.repeat(65), 'A'.repeat(64), 'g'.repeat(64)]) {
    expect(issuesOf({ source: 's', text_claim: wrong })).toHaveLength(1);
  }
});

it('a job and an index come together or not at all', () => {
  const record = { text: 'a', source: 's' };
  expect(issuesOf({ ...record, job_id: 'j', job_index: 0 })).toBeUndefined();
  expect(issuesOf({ ...record, job_index: 0 })).toHaveLength(1);
  expect(issuesOf({ ...record, job_id: 'j' })).toHaveLength(1);
});

it('a withdrawal needs no text', () => {
  expect(parse({ record_id: 'a', source: 's', deleted: true }).data).toMatchObject({
    deleted: true,
    text: '',
  });
});
