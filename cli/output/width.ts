import stringWidth from 'string-width';

/** Returns the number of columns that a terminal needs for a text. Colours need none. */
export const width: (text: string) => number = stringWidth;

/** Fills a text up with spaces on the right. */
export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - width(text)));
}

/** Fills a text up with spaces on the left. */
export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - width(text))) + text;
}

const CHARACTERS = new Intl.Segmenter();

/** Shortens a text without colours to a number of columns. It never divides an emoji or an accent. */
export function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let short = '';
  let used = 0;
  for (const { segment } of CHARACTERS.segment(text)) {
    used += width(segment);
    if (used > columns - 1) break;
    short += segment;
  }
  return `${short}…`;
}
