import { InvalidArgumentError, Option } from 'commander';
import { FORMAT_NAMES, slug } from '../../schemas/index.ts';

export function aSlug(value: string): string {
  if (slug.safeParse(value).success) return value;
  throw new InvalidArgumentError('Use 1 to 64 of a-z, 0-9, _ and -.');
}

/** Creates the option `--format` for commands that read files. */
export function formatOption(description: string): Option {
  return new Option('--format <format>', description).choices(FORMAT_NAMES);
}
