import { type Command, InvalidArgumentError } from 'commander';
import type * as z from 'zod';
import { type Filter, filterSchema } from '../../ingest/connectors/filter.ts';
import type { BoundSource, Source } from '../../ingest/connectors/source.ts';
import { createNumberParser } from '../commands/options.ts';
import { Advice } from '../errors.ts';

/** The flags of a source and its filter, as commander gives them. */
export interface SourceFlags {
  url?: string;
  set?: Record<string, unknown>;
  words?: string[];
  languages?: string[];
  authors?: string[];
  sample?: number;
}

/** Adds the options that choose and filter the records of a source. */
export function addSourceOptions(command: Command): Command {
  return command
    .option('--words <words>', 'texts with one of these words, with commas; repeatable', addWords)
    .option('--languages <codes>', 'texts of these languages, such as en,de', addWords)
    .option('--authors <ids>', 'texts of these authors, by their ids at the service', addWords)
    .option('--sample <share>', 'share of the texts, from 0 to 1', createNumberParser(0, 1))
    .option('--url <url>', 'base URL of the service (default: the public one)')
    .option('--set <option=value>', 'an option of the source; repeatable', parseSet);
}

function addWords(value: string, before: string[] = []): string[] {
  return [...before, ...value.split(',').map((word) => word.trim())].filter((word) => word !== '');
}

/** Parses `OPTION=VALUE`. A value that is JSON counts as such, so that numbers and lists can be given. */
export function parseSet(
  value: string,
  before: Record<string, unknown> = {},
): Record<string, unknown> {
  const at = value.indexOf('=');
  if (at <= 0) throw new InvalidArgumentError('Write OPTION=VALUE.');
  return { ...before, [value.slice(0, at).replaceAll('-', '_')]: parseValue(value.slice(at + 1)) };
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * Returns the filter of the flags. Without one, the default filter of the source counts.
 *
 * @throws {Advice} if a value is not allowed.
 */
export function readFilter(flags: SourceFlags, source: Source): Filter {
  const filter = isDefaultFilter(flags, source) ? source.default_filter : pickFilter(flags);
  const parsed = filterSchema.safeParse(filter);
  if (parsed.success) return parsed.data;
  throw refuse(parsed.error, (path) => `--${path}`);
}

/** Returns whether the default filter of a source counts, because the flags name none. */
export function isDefaultFilter(flags: SourceFlags, source: Source): boolean {
  return source.default_filter !== undefined && Object.keys(pickFilter(flags)).length === 0;
}

function pickFilter({ words, languages, authors, sample }: SourceFlags): object {
  const given = Object.entries({ words, languages, authors, sample });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/** @throws {Advice} if the source does not accept an option. */
export function bindSource(source: Source, { url, set = {} }: SourceFlags): BoundSource {
  const options = { ...(url === undefined ? {} : { url }), ...set };
  const parsed = source.options.safeParse(options);
  if (parsed.success) return source.bind(options);
  throw refuse(parsed.error, (path) => (path === 'url' ? '--url' : `--set ${path}`));
}

function refuse({ issues: [issue] }: z.ZodError, nameFlag: (path: string) => string): Advice {
  const path = String(issue?.path[0] ?? '');
  const flag = path === '' ? 'The options' : nameFlag(path);
  return new Advice(
    `${flag}: ${issue?.message ?? 'is wrong'}.`,
    'See --help and docs/connectors.md.',
  );
}
