export { detectLanguage, FAVOURED_LANGUAGES } from './detect-language.ts';
