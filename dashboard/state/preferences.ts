import { effect, signal } from '@preact/signals';

const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** The languages of the dashboard. The keys are BCP 47 tags, the values the names in the language. */
export const LANGUAGES = {
  en: 'English',
  es: 'Español',
  de: 'Deutsch',
  ja: '日本語',
  ar: 'العربية',
} as const;
export type Language = keyof typeof LANGUAGES;

const readStored = (name: string) => localStorage.getItem(`aurastream.${name}`) ?? '';
const isLanguage = (value: string): value is Language => Object.hasOwn(LANGUAGES, value);

function chooseLanguage(): Language {
  const wanted = [readStored('language'), ...navigator.languages.map((tag) => tag.slice(0, 2))];
  return wanted.find(isLanguage) ?? 'en';
}

const theme = signal<Theme>(THEMES.find((one) => one === readStored('theme')) ?? 'system');
export const language = signal<Language>(chooseLanguage());

const system = window.matchMedia('(prefers-color-scheme: dark)');
const is_system_dark = signal(system.matches);
system.addEventListener('change', ({ matches }) => {
  is_system_dark.value = matches;
});

/** Whether the page is dark. What is drawn on a canvas must be drawn again when it changes. */
export const is_dark = signal(false);

effect(() => {
  is_dark.value = theme.value === 'dark' || (theme.value === 'system' && is_system_dark.value);
  document.documentElement.dataset.theme = is_dark.value ? 'dark' : 'light';
});

export function chooseTheme(value: Theme): void {
  localStorage.setItem('aurastream.theme', value);
  theme.value = value;
}

export function rememberLanguage(value: Language): void {
  localStorage.setItem('aurastream.language', value);
  language.value = value;
}
