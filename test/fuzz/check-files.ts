import type { ByteSource } from '../../ingest/sources/bytes/byte-source.ts';
import { UnreadableFileError } from '../../ingest/sources/file-error.ts';
import { type InspectedFile, inspectFile } from '../../ingest/sources/inspect/inspect-file.ts';
import { toRecord } from '../../ingest/sources/mapping/to-record.ts';
import type { Row } from '../../ingest/sources/row.ts';
import { recordSchema } from '../../schemas/index.ts';
import type { FileInput } from './file-inputs.ts';

/** Number of rows of one input after which the check stops. */
const MAX_ROWS = 300;

/**
 * Checks the promises of the readers of files: a file is refused with advice, or each of its rows
 * becomes a record or is refused; no U+FFFD is invented; and reading in other chunks, or from the end
 * of a row, gives the same rows.
 *
 * @returns the number of rows; undefined if the file is refused as a whole.
 * @throws {Error} if a promise is broken. The message says which.
 */
export async function checkFile(input: FileInput, chunk: number): Promise<number | undefined> {
  const file = await inspect(input, 65_536);
  if (file === undefined) return undefined;
  const rows = await readAll(file, 0);
  for (const row of rows) checkRow(file, row, input);
  const again = await inspect(input, chunk);
  expectThat(again !== undefined, 'a file is readable however its bytes arrive');
  if (again === undefined) return undefined;
  const described = [rows, await readAll(again, 0)].map((list) => list.map(describeRow));
  expectSame(described[1], described[0], 'the rows do not depend on the chunks');
  const middle = rows[rows.length >> 1];
  if (middle !== undefined && rows.length < MAX_ROWS) {
    const rest = (await readAll(again, middle.end)).map(describeRow);
    expectSame(rest, described[0]?.slice((rows.length >> 1) + 1), 'a reader resumes at a row');
  }
  return rows.length;
}

async function inspect(input: FileInput, chunk: number): Promise<InspectedFile | undefined> {
  try {
    return await inspectFile(createSource(input, chunk), input.options);
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    expectThat(error.message.includes('\n'), 'an error has advice');
    return undefined;
  }
}

function createSource({ name, bytes }: FileInput, chunk: number): ByteSource {
  return {
    name,
    size: bytes.length,
    async *open(from) {
      for (let at = from; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
    },
  };
}

async function readAll({ readRows }: InspectedFile, from: number): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of readRows(from)) {
    rows.push(row);
    if (rows.length >= MAX_ROWS) break;
  }
  return rows;
}

function describeRow(row: Row): string {
  return JSON.stringify([row.end, row.read()]);
}

function checkRow({ targets, readDate, description }: InspectedFile, row: Row, input: FileInput) {
  const defaults = { targets, readDate, source: 'fuzz', deriveId: () => 'id' };
  const outcome = toRecord(row, defaults);
  if (!outcome.ok) {
    expectThat(outcome.issues.length > 0, 'a refused row has a reason');
    return;
  }
  expectThat(recordSchema.safeParse(outcome.record).success, 'every record fits the schema');
  const { packing, encoding, format } = description;
  const is_utf8 = encoding === 'utf-8' || format === 'parquet';
  const is_plain = packing.length === 0 && is_utf8 && format !== 'xlsx';
  if (!is_plain || input.bytes.includes('\ufffd') || input.bytes.includes('\\u')) return;
  expectThat(!JSON.stringify(outcome.record).includes('\ufffd'), 'no U+FFFD is invented');
}

function expectSame(actual: unknown, expected: unknown, promise: string): void {
  expectThat(JSON.stringify(actual) === JSON.stringify(expected), promise);
}

function expectThat(is_kept: boolean, promise: string): void {
  if (!is_kept) throw new Error(`The readers break a promise: ${promise}`);
}
