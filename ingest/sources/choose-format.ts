import { detectFormat, FORMAT_ENDINGS, FORMAT_NAMES, type Format } from '../../schemas/index.ts';

/**
 * Returns the given format. If no format is given, the ending of the file name determines the
 * format. Standard input has no file name, so its format is JSONL.
 *
 * @throws {Error} if no format has the ending of the file name.
 */
export function chooseFormat(path: string, format?: Format): Format {
  const chosen = format ?? (path === '-' ? 'jsonl' : detectFormat(path));
  if (chosen !== undefined) return chosen;
  throw new Error(
    `Expected a file name that ends with ${FORMAT_ENDINGS}, with or without .gz; got ${path}.\n` +
      `Rename the file, or name its format with --format ${FORMAT_NAMES.join('|')}.`,
  );
}
