import type { FileDescription } from '../../../schemas/index.ts';
import { type ByteSource, type Head, readHead } from '../bytes/byte-source.ts';
import { identifyBytes } from '../bytes/magic.ts';
import { unpack } from '../bytes/unpack.ts';
import { type Archive, openArchive } from '../bytes/zip.ts';
import { DamagedDataError, EmptyFileError, UnreadableFileError } from '../file-error.ts';

/** The bytes of a file after unpacking. */
export type OpenedBytes = {
  packing: FileDescription['packing'];
  member?: string;
  source: ByteSource;
  head: Head;
} & ({ kind: 'text' } | { kind: 'parquet' } | { kind: 'xlsx'; archive: Archive });

/** Number of packings within each other that are unpacked. */
const MAX_PACKINGS = 3;

/**
 * Unpacks a file as far as its first bytes say, and finds out whether it is a text, a Parquet file or
 * a workbook. The name of the file does not count.
 *
 * @throws {UnreadableFileError} if the file is empty, damaged or of a kind that has no reader.
 */
export async function openBytes(file: ByteSource, member?: string): Promise<OpenedBytes> {
  const packing: FileDescription['packing'] = [];
  let source = file;
  let name: string | undefined;
  for (;;) {
    const head = await readHeadOf(source);
    const kind = identifyBytes(head.bytes);
    const opened = { packing, ...(name === undefined ? {} : { member: name }), source, head };
    if (kind === undefined) return { ...opened, kind: 'text' };
    if (typeof kind === 'object') {
      throw new UnreadableFileError(`${file.name} is ${kind.unreadable}.`, kind.advice);
    }
    if (kind === 'parquet') return { ...opened, kind };
    if (packing.length === MAX_PACKINGS) throw createTooDeepError(file.name);
    if (kind === 'zip') {
      const archive = await openArchive(source);
      if (isWorkbook(archive)) return { ...opened, kind: 'xlsx', archive };
      name = chooseMember(file.name, archive, member);
      source = archive.open(name);
    } else source = unpack(source, kind);
    packing.push(kind);
  }
}

async function readHeadOf(source: ByteSource): Promise<Head> {
  try {
    const head = await readHead(source);
    if (head.bytes.length > 0) return head;
  } catch (error) {
    if (!(error instanceof DamagedDataError)) throw error;
    throw new UnreadableFileError(
      `${source.name} cannot be unpacked: ${error.message}.`,
      'Copy or download the file again.',
      { cause: error },
    );
  }
  throw new EmptyFileError(`${source.name} is empty.`, 'Export or download the file again.');
}

function isWorkbook({ names }: Archive): boolean {
  return names.includes('xl/workbook.xml');
}

/** Files of archives that are documents of a program and hold no table that has a reader. */
const DOCUMENTS: readonly [name: RegExp, title: string][] = [
  [/^word\/document\.xml$/, 'a Word document'],
  [/^ppt\/presentation\.xml$/, 'a PowerPoint presentation'],
  [/^xl\/workbook\.bin$/, 'an Excel workbook in the binary format (.xlsb)'],
  [/^content\.xml$/, 'an OpenDocument file'],
  [/^META-INF\/MANIFEST\.MF$/, 'a Java archive'],
];

function chooseMember(file: string, archive: Archive, member: string | undefined): string {
  const { names } = archive;
  const document = DOCUMENTS.find(([pattern]) => names.some((name) => pattern.test(name)));
  if (document !== undefined) {
    throw new UnreadableFileError(`${file} is ${document[1]}.`, 'Save it as .xlsx or CSV.');
  }
  const wanted = member === undefined ? names : names.filter((name) => name === member);
  const [first] = wanted;
  if (first !== undefined && wanted.length === 1) return first;
  const listed = names.slice(0, 10).join(', ');
  const problem =
    member === undefined
      ? `${file} is a zip archive of ${names.length} files${listed === '' ? '' : `: ${listed}`}.`
      : `${file} has no file ${member}; it has ${listed}.`;
  throw new UnreadableFileError(problem, 'Name one of them with --member NAME.');
}

function createTooDeepError(name: string): UnreadableFileError {
  return new UnreadableFileError(
    `${name} is packed more than ${MAX_PACKINGS} times.`,
    'Unpack it first, and name the unpacked file.',
  );
}
