import { detectFormat, type FileOptions, type Format } from '../../../schemas/index.ts';
import { type ByteSource, type Head, readHead } from '../bytes/byte-source.ts';
import { chooseEncoding } from '../encoding/choose.ts';
import { trimCutCharacter } from '../encoding/guess.ts';
import { decodeSource } from '../encoding/transcode.ts';
import { UnreadableFileError } from '../file-error.ts';
import { READERS } from '../readers.ts';
import { openJson } from './open-json.ts';
import { refuseDocuments } from './refuse-documents.ts';
import type { Table, TextFile } from './table.ts';

/**
 * Opens a text file: chooses its encoding and then its format. Unless the options name the format,
 * the content decides, and the ending of the name only where the content could be several formats.
 */
export async function openText(
  name: string,
  source: ByteSource,
  raw: Head,
  options: FileOptions,
): Promise<Table> {
  const encoding = chooseEncoding(source, raw, options.encoding);
  const decoded = decodeSource(source, encoding);
  const head = decoded === source ? raw : await readHead(decoded);
  const bom = head.bytes.subarray(0, 3).toString('hex') === 'efbbbf' ? 3 : 0;
  const bytes = head.bytes.subarray(bom);
  const file: TextFile = {
    ...{ name, source: decoded, bom, encoding, is_whole: head.is_whole },
    head: head.is_whole ? bytes : trimCutCharacter(bytes),
  };
  if (options.format === undefined) refuseDocuments(name, file.head);
  return { ...openAs(file, options), encoding };
}

/** Without a named format, the first signs of the content decide, and then the ending of the name. */
function openAs(file: TextFile, options: FileOptions): Table {
  const { format } = options;
  if (format !== undefined) return openNamed(file, format, options);
  const has_cells = options.delimiter !== undefined || options.columns !== undefined;
  const json = has_cells ? undefined : openJson(file, options);
  if (json !== undefined) return json;
  const ending = detectFormat(file.name);
  const is_named_json = ending === 'json' || ending === 'jsonl';
  if (is_named_json && !hasHeader(file, options)) return openNamed(file, 'jsonl', options);
  return openNamed(file, 'csv', options);
}

/** A file that is named as JSON and does not begin as JSON may still be a table with a header. */
function hasHeader(file: TextFile, options: FileOptions): boolean {
  if (/^\s*\{/m.test(file.head.toString('latin1'))) return false;
  try {
    void openNamed(file, 'csv', options);
    return true;
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    return false;
  }
}

function openNamed(file: TextFile, format: Format, options: FileOptions): Table {
  const reader = READERS[format];
  if (reader.reads === 'text') return reader.open(file, { ...options, format });
  throw new UnreadableFileError(
    `${file.name}: expected the format ${format}, got a text.`,
    'Name the format that the file has, or leave --format out.',
  );
}
