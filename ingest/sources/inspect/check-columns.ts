import type { FileOptions } from '../../../schemas/index.ts';
import { MissingColumnError } from '../file-error.ts';
import type { Role } from '../mapping/names.ts';
import type { Proposals } from '../mapping/propose.ts';
import { findName, type TargetField, type Targets } from '../mapping/targets.ts';
import type { Sample } from './sample.ts';

interface Columns {
  name: string;
  known: readonly string[];
  sample: Sample;
  targets: Targets;
  proposals: Proposals;
  options: FileOptions;
}

/** The option that names the column of each role, and the field that the column becomes. */
const OPTIONS: Record<Exclude<Role, 'rating'>, [option: string, field: TargetField]> = {
  text: ['--text-field', 'text'],
  id: ['--id-field', 'record_id'],
  time: ['--time-field', 'created_at'],
  language: ['--language-field', 'language'],
};

/**
 * Checks that the file has the columns that the options name, and a column for the text.
 *
 * @returns notes about columns that the user may want to name.
 * @throws {UnreadableFileError} if a column is missing. The message has the names of all columns,
 * and proposes one.
 */
export function checkColumns(columns: Columns): string[] {
  const { known, options, targets } = columns;
  // If no row could be read, the reasons of the rows say more than the missing columns.
  if (known.length === 0) return [];
  const { text_field, id_field, time_field, language_field, map = {} } = options;
  const named = { '--text-field': text_field, '--id-field': id_field, '--time-field': time_field };
  const mapped = Object.entries(map).map(([field, column]) => [`--map ${field}=…`, column]);
  const all = [...Object.entries({ ...named, '--language-field': language_field }), ...mapped];
  for (const [option, column] of all) {
    if (column !== undefined && findName(known, column) === undefined) {
      throw createMissingError(columns, `${option}: no column ${quote(column)}`, option);
    }
  }
  const has_text = targets.columnOf('text') !== undefined;
  if (!has_text && targets.columnOf('deleted') === undefined) {
    throw createMissingError(columns, 'no column `text`', '--text-field');
  }
  return [...describeRepeats(known), ...describeProposals(columns)];
}

const MAX_NAMES = 60;

function createMissingError(
  columns: Columns,
  problem: string,
  option?: string,
): MissingColumnError {
  const { name, known } = columns;
  const names = known.slice(0, MAX_NAMES).map(quote).join(', ');
  const more = known.length > MAX_NAMES ? ` and ${known.length - MAX_NAMES} more` : '';
  const proposed = listProposals(columns, option);
  return new MissingColumnError(`${name}: ${problem}; the header has ${names}${more}.`, proposed);
}

/** Lists the options that name the proposed columns. The missing option comes first. */
function listProposals(columns: Columns, missing?: string): string {
  const { proposals, targets, options } = columns;
  const given: Record<string, string | undefined> = {
    ...{ text: options.text_field, id: options.id_field, time: options.time_field },
    language: options.language_field,
  };
  const parts = (Object.keys(OPTIONS) as (keyof typeof OPTIONS)[]).flatMap((role) => {
    const column = proposals[role];
    const [option, field] = OPTIONS[role];
    if (column === undefined) return [];
    const is_named = given[role] !== undefined && option !== missing;
    const is_found = targets.columnOf(field) !== undefined && option !== missing;
    return is_named || is_found ? [] : [`${option} ${quoteForShell(column)}`];
  });
  return parts.join(' ');
}

function describeProposals(columns: Columns): string[] {
  const { proposals, known } = columns;
  const proposed = listProposals(columns, undefined);
  if (proposed === '' || known.length === 0) return [];
  const id = proposals.id !== undefined && proposed.includes('--id-field');
  const reason = id
    ? ' Without an id, a file that is exported again counts its records again.'
    : '';
  return [`Columns that records may use: ${proposed}.${reason}`];
}

function describeRepeats(known: readonly string[]): string[] {
  const repeated = known.filter((name, i) => name !== '' && known.indexOf(name) !== i);
  const names = [...new Set(repeated)].map(quote).join(', ');
  return repeated.length === 0
    ? []
    : [
        `The header has ${names} more than once: the first column counts, the others are attributes.`,
      ];
}

/** Shows a name of a column, without signs that a terminal would obey. */
function quote(name: string): string {
  const plain = name.replace(/\p{C}+/gu, ' ');
  return `\`${plain.length > 60 ? `${plain.slice(0, 60)}…` : plain}\``;
}

function quoteForShell(name: string): string {
  return /^[\p{L}\p{N}_.:@%+=/-]+$/u.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}
