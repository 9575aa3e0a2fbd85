import { parseDate } from './dates.ts';
import { type Role, rankName, type SampledColumn } from './names.ts';

/** The column that is proposed for each role. */
export type Proposals = Partial<Record<Role, string>>;

/** Proposes the columns that usually hold the text, the id, the time, the language and the rating. */
export function proposeColumns(columns: readonly SampledColumn[], rows: number): Proposals {
  const text = proposeText(columns);
  const others = columns.filter(({ name }) => name !== text);
  const proposals: Record<Role, string | undefined> = {
    text,
    id: best(
      'id',
      others.filter((column) => isUnique(column, rows)),
    ),
    time: best('time', others.filter(holdsDates)),
    language: best('language', others.filter(holdsWords)),
    rating: best('rating', others.filter(holdsNumbers)),
  };
  const found = Object.entries(proposals).filter(([, name]) => name !== undefined);
  return Object.fromEntries(found) as Proposals;
}

/** The usual name with the best preference. Of columns without a usual name, the longest prose. */
function proposeText(columns: readonly SampledColumn[]): string | undefined {
  const prose = columns.filter(({ values }) => values.some((value) => typeof value === 'string'));
  const named = best('text', prose.filter(holdsProse)) ?? best('text', prose);
  if (named !== undefined) return named;
  const longest = prose
    .filter(holdsProse)
    .sort((a, b) => averageLength(b) - averageLength(a))
    .at(0);
  return longest?.name;
}

function best(role: Role, columns: readonly SampledColumn[]): string | undefined {
  const ranked = columns.flatMap(({ name }) => {
    const rank = rankName(role, name);
    return rank === undefined ? [] : [{ name, rank }];
  });
  return ranked.sort((a, b) => a.rank - b.rank).at(0)?.name;
}

/** Number of characters at the start of a value that say whether it is prose. */
const PROSE_CHARACTERS = 1_000;

function holdsProse({ values }: SampledColumn): boolean {
  const texts = values.filter((value) => typeof value === 'string');
  const prose = texts.filter((text) => isProse(text.slice(0, PROSE_CHARACTERS)));
  return prose.length > 0 && prose.length >= texts.length / 4;
}

/** Returns whether a text has two words, or three letters of a script without spaces, and is no date. */
function isProse(text: string): boolean {
  const words = text.split(/\s+/).filter((word) => /\p{L}/u.test(word));
  const has_words =
    words.length >= 2 || /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}]{3}/u.test(text);
  return has_words && parseDate(text) === undefined;
}

function averageLength({ values }: SampledColumn): number {
  const total = values.reduce<number>((sum, value) => sum + String(value).length, 0);
  return values.length === 0 ? 0 : total / values.length;
}

function isUnique({ values, filled }: SampledColumn, rows: number): boolean {
  return filled === rows && new Set(values.map(String)).size === values.length;
}

function holdsDates({ values }: SampledColumn): boolean {
  const dates = values.filter((value) => parseDate(value) !== undefined || isSlashDate(value));
  return values.length > 0 && dates.length >= values.length / 2;
}

function isSlashDate(value: unknown): boolean {
  return typeof value === 'string' && /^\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b/.test(value);
}

function holdsWords({ values }: SampledColumn): boolean {
  return values.some((value) => typeof value === 'string' && /^\p{L}{2,}/u.test(value));
}

function holdsNumbers({ values }: SampledColumn): boolean {
  const numbers = values.filter((value) => /^\d+([.,]\d+)?(\s*\/\s*\d+)?$/.test(String(value)));
  return values.length > 0 && numbers.length >= values.length / 2;
}
