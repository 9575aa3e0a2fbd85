import { type PersonalDataType, personalDataType } from '../../schemas/index.ts';
import type { Span } from './ports.ts';

/** Replaces a text that no detector could read to its end. */
export const WHOLE_TEXT_PLACEHOLDER = '[REDACTED]';

/** A placeholder that a text already has. */
export interface Placeholder extends Span {
  type: PersonalDataType;
}

/** The pseudonym of a placeholder is 16 hexadecimal digits. */
const PLACEHOLDER = /\[([A-Z_]{3,40})(?::[0-9a-f]{16})?\]/g;

/**
 * Finds the placeholders that a text already has, for example because it is a replay of a stored text.
 * Such a text keeps its placeholders, and they count as findings, so that masking it again changes
 * nothing.
 */
export function findPlaceholders(text: string): Placeholder[] {
  if (!text.includes('[')) return [];
  return [...text.matchAll(PLACEHOLDER)].flatMap(({ 0: whole, 1: name, index }) => {
    const type = personalDataType.safeParse(name);
    return type.success ? { type: type.data, start: index, end: index + whole.length } : [];
  });
}

/** Replaces pseudonyms by the placeholders of their types, which is the form that is analysed. */
export function dropPseudonyms(text: string): string {
  return mapPlaceholders(text, ({ type }) => `[${type}]`);
}

/** Replaces placeholders by a space, because they are not words of the author. */
export function removePlaceholders(text: string): string {
  if (!text.includes('[')) return text;
  return mapPlaceholders(text.replaceAll(WHOLE_TEXT_PLACEHOLDER, ' '), () => ' ');
}

/** Returns true if a text has placeholders, and no letter, digit or symbol beside them. */
export function hasOnlyPlaceholders(text: string): boolean {
  const rest = removePlaceholders(text);
  return rest !== text && !/[\p{L}\p{N}\p{S}]/u.test(rest);
}

function mapPlaceholders(text: string, replace: (placeholder: Placeholder) => string): string {
  let result = '';
  let done = 0;
  for (const placeholder of findPlaceholders(text)) {
    result += text.slice(done, placeholder.start) + replace(placeholder);
    done = placeholder.end;
  }
  return done === 0 ? text : result + text.slice(done);
}
