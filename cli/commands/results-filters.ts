import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ResultsQuery } from '../../api/ports.ts';
import { languageCode, SENTIMENTS } from '../../schemas/index.ts';
import { aSlug } from './options.ts';

export type FilterOptions = Pick<ResultsQuery, 'tenant' | 'source' | 'sentiment' | 'language'>;

/**
 * Adds the options that select results to a command. A command that calls the API has no tenant, because
 * that of the API key counts.
 */
export function addFilters(command: Command, { has_tenant = true } = {}): Command {
  if (has_tenant) command.option('--tenant <tenant>', 'whose records', aSlug, 'default');
  return command
    .option('--source <source>', 'only of this source', aSlug)
    .addOption(
      new Option('--sentiment <sentiment>', 'only with this sentiment').choices(SENTIMENTS),
    )
    .option('--language <code>', 'only in this language, such as en', aLanguage);
}

function aLanguage(value: string): string {
  if (languageCode.safeParse(value).success) return value;
  throw new InvalidArgumentError('Use a language code such as en or zh-TW.');
}
