import { detectFormat, FORMAT_ENDINGS, FORMAT_NAMES, type Format } from '../../schemas/index.ts';

/** Chooses the format of a file: the given one, or by the file's ending. Standard input is JSONL by default. */
export function chooseFormat(path: string, format?: Format): Format {
  const chosen = format ?? (path === '-' ? 'jsonl' : detectFormat(path));
  if (chosen !== undefined) return chosen;
  throw new Error(
    `Expected a file name that ends with ${FORMAT_ENDINGS}, with or without .gz; got ${path}.\n` +
      `Rename the file, or name its format with --format ${FORMAT_NAMES.join('|')}.`,
  );
}
