import { isUtf8 } from 'node:buffer';
import type { RowContent } from '../row.ts';

const NAMES = ['text'];

/** Reads a line as a text. */
export function parseText(bytes: Buffer): RowContent {
  if (!isUtf8(bytes)) return { wrong: 'is not UTF-8' };
  return { names: NAMES, values: [bytes.toString('utf8')] };
}
