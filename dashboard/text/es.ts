import { type Dictionary, en } from './en.ts';

export const es: Dictionary = en;
