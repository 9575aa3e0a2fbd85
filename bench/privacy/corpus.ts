import { readFileSync } from 'node:fs';
import type { Faker } from '@faker-js/faker';
import { faker as ar } from '@faker-js/faker/locale/ar';
import { faker as de } from '@faker-js/faker/locale/de';
import { faker as hi } from '@faker-js/faker/locale/en_IN';
import { faker as en } from '@faker-js/faker/locale/en_US';
import { faker as es } from '@faker-js/faker/locale/es';
import { faker as fr } from '@faker-js/faker/locale/fr';
import { faker as it } from '@faker-js/faker/locale/it';
import { faker as ja } from '@faker-js/faker/locale/ja';
import { faker as ko } from '@faker-js/faker/locale/ko';
import { faker as pt } from '@faker-js/faker/locale/pt_BR';
import { faker as zh } from '@faker-js/faker/locale/zh_CN';
import { faker as zh_tw } from '@faker-js/faker/locale/zh_TW';
import { NEGATIVE_GENERATORS } from './negatives.ts';
import { VALUE_GENERATORS } from './values.ts';

/**
 * Hard negatives without a word that says what the numbers are. Versions of four numbers are not
 * among them, because without a word they are IP addresses as often.
 */
const BARE_NEGATIVES = [
  '{order}?!',
  '{semver} > {semver}',
  '{hash} {uuid}',
  '{tracking}, {date} {time}',
];

/** A text and the personal data in it. A hard negative has none. */
export interface Example {
  language: string;
  text: string;
  /** Places in UTF-16 code units. */
  truths: { type: string; start: number; end: number }[];
}

const FAKERS: Record<string, Faker> = {
  en,
  es,
  fr,
  de,
  it,
  pt,
  ar,
  hi,
  ja,
  ko,
  zh,
  'zh-TW': zh_tw,
};
export const CORPUS_LANGUAGES = Object.keys(FAKERS);

/**
 * Generates the same texts for the same seed: for each language, texts with one piece of personal
 * data, and hard negatives such as order numbers and hashes.
 */
export function generateCorpus(options: {
  seed: number;
  positives_per_language: number;
  negatives_per_language: number;
}): Example[] {
  return Object.entries(FAKERS).flatMap(([language, faker], i) => {
    faker.seed(options.seed + i);
    faker.setDefaultRefDate('2026-11-01T00:00:00Z');
    const { negative = [], ...templates } = loadTemplates(language);
    const all_negatives = [...negative, ...BARE_NEGATIVES];
    const types = Object.keys(templates);
    const positives = Array.from({ length: options.positives_per_language }, (_, n) => {
      const type = types[n % types.length] ?? '';
      return fillPositive(faker, language, type, templates[type] ?? []);
    });
    const negatives = Array.from({ length: options.negatives_per_language }, (_, n) =>
      fillNegative(faker, language, all_negatives[n % all_negatives.length] ?? ''),
    );
    return [...positives, ...negatives];
  });
}

function loadTemplates(language: string): Record<string, string[]> {
  const path = new URL(`templates/${language}.json`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')) as Record<string, string[]>;
}

function fillPositive(faker: Faker, language: string, type: string, templates: string[]): Example {
  const create = VALUE_GENERATORS[type];
  if (create === undefined) throw new Error(`templates/${language}.json: no generator for ${type}`);
  const template = faker.helpers.arrayElement(templates);
  const value = create(faker, language);
  const start = template.indexOf('{}');
  const text = template.replace('{}', () => value);
  return { language, text, truths: [{ type, start, end: start + value.length }] };
}

function fillNegative(faker: Faker, language: string, template: string): Example {
  const text = template.replace(/\{(\w+)\}/g, (_, slot: string) => {
    const create = NEGATIVE_GENERATORS[slot];
    if (create === undefined) throw new Error(`templates/${language}.json: no slot {${slot}}`);
    return create(faker, language);
  });
  return { language, text, truths: [] };
}
