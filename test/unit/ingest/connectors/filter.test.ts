import { expect, it } from 'vitest';
import { createFilter, filterSchema } from '../../../../ingest/connectors/filter.ts';

const find = (filter: object, record: object) =>
  createFilter(filterSchema.parse(filter))({ record_id: 'x:1', text: 'A kettle', ...record });

it.each([
  [['kettle'], 'My KETTLE sings', true],
  [['kettle'], 'two kettles', false],
  [['kettle'], '#kettle!', true],
  [['tea pot'], 'a tea\n pot', true],
  [['c++'], 'I like C++.', true],
  [['ケトル'], '静かなケトルです', true],
  [['水壶'], '我的水壶很吵', true],
  [['straße'], 'die STRAßE', true],
  [['kettle', 'toaster'], 'a toaster', true],
  [[], 'anything', true],
])('The words %j in the text %j: %s', (words, text, passes) => {
  expect(find({ words }, { text })).toBe(passes ? undefined : 'words');
});

it('A declared language counts without its region, and a text that declares none passes', () => {
  const languages = ['en'];
  expect(find({ languages }, { attributes: { declared_language: 'en-GB' } })).toBeUndefined();
  expect(find({ languages }, { attributes: { declared_language: 'ja' } })).toBe('languages');
  expect(find({ languages }, { language: 'de' })).toBe('languages');
  expect(find({ languages }, {})).toBeUndefined();
});

it('Only the listed authors pass', () => {
  expect(find({ authors: ['did:plc:a'] }, { author: 'did:plc:a' })).toBeUndefined();
  expect(find({ authors: ['did:plc:a'] }, { author: 'did:plc:b' })).toBe('authors');
  expect(find({ authors: ['did:plc:a'] }, {})).toBe('authors');
});

it('A sample takes about its share, and each version of a record falls on the same side', () => {
  const filter = createFilter(filterSchema.parse({ sample: 0.1 }));
  const ids = Array.from({ length: 5_000 }, (_, i) => `x:${i}`);
  const kept = ids.filter((record_id) => filter({ record_id, text: 'one' }) === undefined);
  expect(kept.length).toBeGreaterThan(400);
  expect(kept.length).toBeLessThan(600);
  expect(kept.every((record_id) => filter({ record_id, text: 'another' }) === undefined)).toBe(
    true,
  );
});
