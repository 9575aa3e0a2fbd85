import { type Dictionary, en } from './en.ts';

export const ja: Dictionary = en;
