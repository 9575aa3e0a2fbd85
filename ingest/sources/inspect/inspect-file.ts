import type { FileDescription, FileOptions } from '../../../schemas/index.ts';
import type { ByteSource } from '../bytes/byte-source.ts';
import { endAtDamage } from '../end-at-damage.ts';
import { EncodingError, MissingColumnError, UnreadableFileError } from '../file-error.ts';
import { createReadForm } from '../mapping/date-format.ts';
import { parseDate, type ReadDate } from '../mapping/dates.ts';
import { type Proposals, proposeColumns } from '../mapping/propose.ts';
import { createTargets, type Target, type Targets } from '../mapping/targets.ts';
import { createFindZone } from '../mapping/time-zone.ts';
import type { RowReader } from '../row.ts';
import { checkColumns } from './check-columns.ts';
import { openBytes } from './open-bytes.ts';
import { openTable } from './open-table.ts';
import { readColumns } from './sample.ts';

/** A file after the first look at it: what it is, and how its rows become records. */
export interface InspectedFile {
  description: FileDescription;
  targets: Targets;
  readDate: ReadDate;
  readRows: RowReader;
  /** The columns that usually hold the parts of a record, for proposals. */
  proposals: Proposals;
}

/**
 * Looks at the start of a file, and decides how to read it: its packing, format, encoding and
 * delimiter, its header, and what each column becomes. The same bytes and options always give the
 * same decision, so a reader may look again before it resumes.
 *
 * @throws {UnreadableFileError} if the file cannot be read, or has no column for the text. The
 * message proposes the options that help.
 */
export async function inspectFile(
  file: ByteSource,
  options: FileOptions = {},
): Promise<InspectedFile> {
  try {
    return await inspect(file, options);
  } catch (error) {
    if (!(error instanceof EncodingError)) throw error;
    const { problem, encoding } = error;
    throw new EncodingError(
      problem,
      encoding,
      await proposeOptions(file, { ...options, encoding }),
    );
  }
}

/** Returns the options that a file needs beside its encoding, so that one error names all of them. */
async function proposeOptions(file: ByteSource, options: FileOptions): Promise<string> {
  try {
    void (await inspect(file, options));
    return '';
  } catch (error) {
    if (error instanceof MissingColumnError) return error.proposed;
    if (error instanceof UnreadableFileError) return '';
    throw error;
  }
}

async function inspect(file: ByteSource, options: FileOptions): Promise<InspectedFile> {
  const readDate = createReadDate(options);
  const opened = await openBytes(file, options.member);
  const table = await openTable(file.name, opened, options);
  const sample = await readColumns(table);
  const names = sample.columns.map(({ name }) => name);
  const known = table.columns ?? names;
  const targets = createTargets(known, options);
  const proposals = proposeColumns(sample.columns, sample.rows);
  const notes = checkColumns({ name: file.name, known, sample, targets, proposals, options });
  const resolved = targets.of(known);
  const { format, encoding, delimiter, header_line, records } = table;
  const member = table.member ?? opened.member;
  const description: FileDescription = {
    packing: opened.packing,
    ...(member === undefined ? {} : { member }),
    format,
    ...(encoding === undefined ? {} : { encoding }),
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(header_line === undefined ? {} : { header_line }),
    ...(records === undefined ? {} : { records }),
    time_zone: options.time_zone ?? 'UTC',
    columns: known.map((name, i) => ({ name, becomes: nameTarget(resolved[i]) })),
    notes: [...table.notes, ...notes],
  };
  return { description, targets, readDate, readRows: endAtDamage(table.readRows), proposals };
}

function createReadDate({ date_format, time_zone }: FileOptions): ReadDate {
  const readForm = date_format === undefined ? undefined : createReadForm(date_format);
  const findZone = time_zone === undefined ? undefined : createFindZone(time_zone);
  return (value) => parseDate(value, { readForm, findZone });
}

function nameTarget(target: Target | undefined): string {
  if (target === undefined) return '';
  return 'field' in target ? target.field : `attributes.${target.attribute}`;
}
