import { computed, effect, signal } from '@preact/signals';
import { createFormats } from '../format/formats.ts';
import { type Language, language, rememberLanguage } from '../state/preferences.ts';
import { type Dictionary, en } from './en.ts';

/** The languages that are loaded only when they are chosen. */
const LOADERS: Record<Exclude<Language, 'en'>, () => Promise<Dictionary>> = {
  es: async () => (await import('./es.ts')).es,
  de: async () => (await import('./de.ts')).de,
  ja: async () => (await import('./ja.ts')).ja,
  ar: async () => (await import('./ar.ts')).ar,
};

/** The texts of the page in the language of the user. */
export const t = signal<Dictionary>(en);

/** The functions that write numbers and times in the language of the user. */
export const f = computed(() => createFormats(language.value));

/** Shows the page in a language, once its texts are loaded. */
export async function chooseLanguage(chosen: Language): Promise<void> {
  const texts = chosen === 'en' ? en : await LOADERS[chosen]();
  t.value = texts;
  rememberLanguage(chosen);
}

effect(() => {
  const { documentElement: html } = document;
  html.lang = language.value;
  html.dir = language.value === 'ar' ? 'rtl' : 'ltr';
});
