import { readLanguage } from '../../../schemas/index.ts';

/** The languages by their names in English and in themselves, in lower case. */
let codes_by_name: Map<string, string> | undefined;

/**
 * Reads the language of a row: a code, or the name of a language in English or in itself, such as
 * `German` or `Deutsch`. Returns undefined if the value is no language.
 */
export function readFileLanguage(value: string): string | undefined {
  codes_by_name ??= collectNames();
  const named = codes_by_name.get(value.toLowerCase());
  return named ?? readLanguage(value);
}

function collectNames(): Map<string, string> {
  const names = new Map<string, string>();
  const english = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });
  const letters = [...'abcdefghijklmnopqrstuvwxyz'];
  for (const code of letters.flatMap((first) => letters.map((second) => first + second))) {
    const name = english.of(code);
    if (name === undefined) continue;
    const own = new Intl.DisplayNames(code, { type: 'language', fallback: 'none' }).of(code);
    for (const one of [name, own]) if (one !== undefined) names.set(one.toLowerCase(), code);
  }
  return names;
}
