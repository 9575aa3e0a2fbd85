import type { Command } from 'commander';
import { type FileOptions, FORMAT_NAMES, fileOptionsSchema } from '../../schemas/index.ts';
import { Advice } from '../errors.ts';

/** The options of a command that reads a file, as commander gives them. */
export interface FileFlags {
  format?: string;
  encoding?: string;
  delimiter?: string;
  quote?: string;
  escape?: string;
  columns?: string;
  member?: string;
  records?: string;
  textField?: string;
  idField?: string;
  timeField?: string;
  languageField?: string;
  map?: string[];
  dateFormat?: string;
  timeZone?: string;
}

/** Adds the options that say how to read a file. All commands that read files have them. */
export function addFileOptions(command: Command): Command {
  return command
    .option('--text-field <column>', 'column of the text (default: text); a.b is a nested value')
    .option(
      '--id-field <column>',
      'column that identifies a record, so that a new export replaces it',
    )
    .option('--time-field <column>', 'column of the time of a record (default: created_at)')
    .option('--language-field <column>', 'column of the language of a text (default: language)')
    .option(
      '--map <field=column>',
      'field of a record, or attribute, that a column becomes; repeatable',
      collect,
    )
    .option(
      '--date-format <format>',
      'day-first, month-first, or a pattern such as dd.MM.yyyy HH:mm',
    )
    .option('--time-zone <name>', 'zone of dates without one, such as Europe/Berlin (default: UTC)')
    .option('--format <format>', `${FORMAT_NAMES.join('|')} (default: recognised)`)
    .option('--encoding <name>', 'encoding, such as windows-1252 (default: UTF-8 or UTF-16)')
    .option('--delimiter <sign>', 'sign between cells: , ; tab | (default: recognised)')
    .option('--quote <sign>', 'quote around cells (default: ")')
    .option('--escape <sign>', 'sign before a quote within a cell, such as \\')
    .option('--columns <names>', 'names of the columns of a file without a header, with commas')
    .option('--member <name>', 'file of a zip archive, or sheet of a workbook')
    .option('--records <path>', 'path of the array of records in a JSON document');
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/**
 * Translates the flags of a command into the options of the file reader.
 *
 * @throws {Advice} if a value is not allowed.
 */
export function readFileOptions(flags: FileFlags): FileOptions {
  const { columns, map, textField, idField, timeField, languageField, dateFormat } = flags;
  const { format, encoding, delimiter, quote, member, records } = flags;
  const parsed = fileOptionsSchema.safeParse({
    ...{ format, encoding, delimiter, quote, escape: flags.escape, member, records },
    ...(columns === undefined ? {} : { columns: columns.split(',').map((name) => name.trim()) }),
    ...(map === undefined ? {} : { map: Object.fromEntries(map.map(splitMapping)) }),
    ...{ text_field: textField, id_field: idField, time_field: timeField },
    ...{ language_field: languageField, date_format: dateFormat, time_zone: flags.timeZone },
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const option = `--${String(issue?.path[0] ?? '').replaceAll('_', '-')}`;
  throw new Advice(`${option} ${issue?.message}.`, 'See the list of options with --help.');
}

function splitMapping(mapping: string): [string, string] {
  const at = mapping.indexOf('=');
  if (at > 0) return [mapping.slice(0, at).trim(), mapping.slice(at + 1).trim()];
  throw new Advice(
    `--map: expected FIELD=COLUMN, got ${mapping}.`,
    'For example: --map author=reviewer_name.',
  );
}
