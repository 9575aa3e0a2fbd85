import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CUE_LANGUAGES, findCues } from '../../../../processors/privacy/cues.ts';
import { createScan, topicsBefore } from '../../../../processors/privacy/scan.ts';

const FOLDER = 'processors/privacy/cues';
const FILES = readdirSync(FOLDER).map((name) => ({
  name: name.replace('.json', ''),
  topics: JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Record<string, string[]>,
}));

/** Topics without which a detector finds nothing in a language. */
const NEEDED = [
  'phone',
  'card',
  'bank_account',
  'passport',
  'birth',
  'age',
  'name',
  'password',
  'pin',
  'other',
];

it('Every language has cue words for each topic that a detector cannot do without', () => {
  const languages = FILES.filter(({ name }) => name !== 'common');
  expect(languages.map(({ name }) => name).sort()).toEqual([...CUE_LANGUAGES].sort());
  const missing = languages.flatMap(({ name, topics }) =>
    NEEDED.filter((topic) => (topics[topic] ?? []).length === 0).map(
      (topic) => `${name}: ${topic}`,
    ),
  );
  expect(missing).toEqual([]);
});

it('Every topic of a language is one that a detector or another language has, so that no name is misspelt', () => {
  const counts = new Map<string, number>();
  for (const { topics } of FILES) {
    for (const topic of Object.keys(topics)) counts.set(topic, (counts.get(topic) ?? 0) + 1);
  }
  const sources = readdirSync('processors/privacy', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join('processors/privacy', name), 'utf8'))
    .join('\n');
  const unknown = [...counts.keys()].filter((topic) => !sources.includes(`'${topic}'`));
  // `version`, `other` and `ip` have no detector of their own: they stand against other topics.
  expect(unknown.filter((topic) => topic !== 'ip')).toEqual([]);
});

const wordsIn = (text: string, language: string) =>
  findCues(text, language).map(({ start, end }) => text.slice(start, end));

it('The longest cue word counts, and a part of a word is none', () => {
  expect(wordsIn('my phone number, spinning and opinion', 'en')).toEqual(['phone number']);
  expect(wordsIn('我的手机号码是', 'zh')).toEqual(['手机号码']);
  expect(wordsIn('وهاتفي', 'ar')).toEqual(['هاتفي']);
});

it('A language has its own cue words and those of English, and an unknown language has all', () => {
  expect(wordsIn('passwort, password, 密码', 'de')).toEqual(['passwort', 'password']);
  expect(wordsIn('passwort, password, 密码', 'xx')).toEqual(['passwort', 'password', '密码']);
});

it('The nearest cue word before a number decides, within reach and without a number between', () => {
  const topicsAt = (text: string, number: string) => [
    ...topicsBefore(createScan(text, 'en'), text.indexOf(number)),
  ];
  expect(topicsAt('passport, order 1234', '1234')).toEqual(['other']);
  expect(topicsAt('passport 12 and 3456', '3456')).toEqual([]);
  expect(topicsAt(`passport ${'x'.repeat(40)} 1234`, '1234')).toEqual([]);
  expect(topicsAt('passport of Mr Smith 1234', '1234')).toEqual(['passport']);
});
