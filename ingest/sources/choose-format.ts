import { detectFormat, FORMAT_ENDINGS, FORMAT_NAMES, type Format } from '../../schemas/index.ts';

/** The format of a file: the one that was asked for, or the one that its ending stands for. Standard input is JSONL. */
export function chooseFormat(path: string, format?: Format): Format {
  const chosen = format ?? (path === '-' ? 'jsonl' : detectFormat(path));
  if (chosen !== undefined) return chosen;
  throw new Error(
    `Expected a file name that ends with ${FORMAT_ENDINGS}, with or without .gz; got ${path}.\n` +
      `Rename the file, or name its format with --format ${FORMAT_NAMES.join('|')}.`,
  );
}
