import { createHash } from 'node:crypto';
import * as z from 'zod';
import { languageCode } from '../../schemas/index.ts';
import type { SourceRecord } from './emission.ts';

/** Which records of a source are published. All conditions must hold. */
export const filterSchema = z.strictObject({
  /** The text has one of these words, in any case. Empty: every text. */
  words: z.array(z.string().trim().min(1)).default([]),
  /** The declared language is one of these. A record that declares none passes. Empty: every language. */
  languages: z.array(languageCode).default([]),
  /** The author is one of these. Empty: every author. */
  authors: z.array(z.string().min(1)).default([]),
  /** Share of the records, from 0 to 1. A record and its later versions fall on the same side. */
  sample: z.number().min(0).max(1).default(1),
});
export type Filter = z.output<typeof filterSchema>;

/** The condition for which a record is not published. */
export type FilterReason = 'words' | 'languages' | 'authors' | 'sample';

/** Creates the function that returns the first condition that a record misses, if it misses one. */
export function createFilter(filter: Filter): (record: SourceRecord) => FilterReason | undefined {
  const words = filter.words.length === 0 ? undefined : createWordPattern(filter.words);
  const languages = new Set(filter.languages.map(primaryTag));
  const authors = new Set(filter.authors);
  return (record) => {
    if (words !== undefined && !words.test((record.text ?? '').normalize('NFKC'))) return 'words';
    if (languages.size > 0 && !hasLanguage(record, languages)) return 'languages';
    if (authors.size > 0 && !authors.has(record.author ?? '')) return 'authors';
    if (filter.sample < 1 && shareOf(record.record_id) >= filter.sample) return 'sample';
    return undefined;
  };
}

/** Scripts that put no space between words: there a word may begin and end anywhere. */
const UNSPACED = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]`;
const STARTS_UNSPACED = new RegExp(`^${UNSPACED}`, 'u');
const ENDS_UNSPACED = new RegExp(`${UNSPACED}$`, 'u');

function createWordPattern(words: string[]): RegExp {
  const patterns = words.map((given) => {
    const word = given.normalize('NFKC');
    const escaped = word
      .replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)
      .replace(/\s+/g, String.raw`\s+`);
    const start = STARTS_UNSPACED.test(word) ? '' : String.raw`(?<![\p{L}\p{N}\p{M}])`;
    const end = ENDS_UNSPACED.test(word) ? '' : String.raw`(?![\p{L}\p{N}\p{M}])`;
    return `${start}${escaped}${end}`;
  });
  return new RegExp(patterns.join('|'), 'iu');
}

function hasLanguage({ language, attributes }: SourceRecord, languages: Set<string>): boolean {
  const declared = language ?? attributes?.declared_language;
  return typeof declared !== 'string' || languages.has(primaryTag(declared));
}

/** Returns `en` of `en-GB`. */
function primaryTag(language: string): string {
  return language.split('-')[0]?.toLowerCase() ?? '';
}

/** Returns a number from 0 to 1 that depends on the id alone. */
function shareOf(record_id: string): number {
  return createHash('sha256').update(record_id).digest().readUInt32BE(0) / 2 ** 32;
}
