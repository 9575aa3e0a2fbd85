import { type Dictionary, en } from './en.ts';

export const ar: Dictionary = en;
