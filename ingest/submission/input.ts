import {
  deriveJobRecordId,
  type InputPosition,
  type Issue,
  type Job,
  type RecordInput,
} from '../../schemas/index.ts';
import { UnreadableFileError } from '../sources/file-error.ts';
import { type InspectedFile, inspectFile } from '../sources/inspect/inspect-file.ts';
import { type RowOutcome, toRecord } from '../sources/mapping/to-record.ts';
import { recallFile, rememberFile } from './known-files.ts';
import type { JobInputs } from './ports.ts';

/**
 * One row of a job's input, with a record or with the issues that explain why the row is invalid.
 * `end` is the position of the next row.
 */
export type InputEntry = { job_index: number; end: InputPosition } & EntryContent;

type EntryContent =
  | { ok: true; record: RecordInput & { record_id: string } }
  | { ok: false; issues: Issue[] };

/**
 * Reads the input of a job, starting at a position. The memory in use does not grow with the size
 * of the input. The input must have arrived before the call.
 *
 * @throws {UnreadableFileError} if the input is not in the format of the job.
 */
export async function* readInput(
  inputs: Pick<JobInputs, 'read'>,
  job: Job,
  from: InputPosition,
): AsyncIterable<InputEntry> {
  const { job_id, tenant, source_id: source } = job;
  const { targets, readDate, readRows } = await inspectInput(inputs, job);
  let job_index = from.records;
  const deriveId = () => deriveJobRecordId(job_id, job_index);
  for await (const row of readRows(from.bytes)) {
    const end = { records: job_index + 1, bytes: row.end };
    const outcome = toRecord(row, { targets, readDate, source, deriveId });
    yield { job_index, end, ...assignPlace(outcome, { tenant, job_id, job_index }) };
    job_index += 1;
  }
}

/**
 * Counts the billed units of a text.
 *
 * @param language code of its language, or `auto`.
 */
export type CountUnits = (text: string, language: string) => number;

/**
 * Finds the end of each row that {@link readInput} would return, without converting the row to a
 * record.
 *
 * @param countUnits if present, each row is converted, and the positions contain the units of the
 * records so far.
 */
export async function* countInput(
  inputs: Pick<JobInputs, 'read'>,
  job: Job,
  from: InputPosition,
  countUnits?: CountUnits,
): AsyncIterable<InputPosition> {
  if (countUnits !== undefined) {
    yield* measureInput(inputs, job, from, countUnits);
    return;
  }
  const { readRows } = await inspectInput(inputs, job);
  let { records } = from;
  for await (const { end } of readRows(from.bytes)) {
    records += 1;
    yield { records, bytes: end };
  }
}

async function* measureInput(
  inputs: Pick<JobInputs, 'read'>,
  job: Job,
  from: InputPosition,
  countUnits: CountUnits,
): AsyncIterable<InputPosition> {
  let { units = 0 } = from;
  for await (const entry of readInput(inputs, job, from)) {
    const { text = '', language = 'auto' } = entry.ok && !entry.record.deleted ? entry.record : {};
    if (text.trim() !== '') units += countUnits(text, language);
    yield { ...entry.end, units };
  }
}

/** The tenant, the run and the place in the job are those of the job, whatever the row says. */
function assignPlace(
  outcome: RowOutcome,
  place: { tenant: string; job_id: string; job_index: number },
): EntryContent {
  const run_id = place.job_id;
  return outcome.ok ? { ok: true, record: { ...outcome.record, ...place, run_id } } : outcome;
}

/**
 * Largest input, in bytes, of which every reading begins at its start: packed files, workbooks and
 * other encodings than UTF-8. A submission reads such an input again each time that it resumes.
 */
const MAX_UNSEEKABLE_BYTES = 256 * 1024 * 1024;

async function inspectInput(
  inputs: Pick<JobInputs, 'read'>,
  { input }: Job,
): Promise<InspectedFile> {
  const { key, etag, format, options, bytes } = input;
  if (etag === undefined) throw new Error('Expected a job whose input has arrived, with its etag');
  const place = JSON.stringify([key, etag]);
  const known = recallFile(inputs, place);
  if (known !== undefined) return known;
  const open = (from: number) => inputs.read(key, { etag, from });
  const file = await inspectFile({ name: 'The input', size: bytes, open }, { ...options, format });
  if (isSeekable(file)) rememberFile(inputs, place, file);
  else if ((bytes ?? 0) > MAX_UNSEEKABLE_BYTES) {
    throw new UnreadableFileError(
      `The input has more than ${MAX_UNSEEKABLE_BYTES / 2 ** 20} MiB, and is packed, a workbook or not UTF-8.`,
      'Upload it unpacked, as CSV or JSONL in UTF-8, or use aurastream ingest.',
    );
  }
  return file;
}

function isSeekable({ description }: InspectedFile): boolean {
  const { packing, encoding = 'utf-8', format } = description;
  return packing.length === 0 && encoding === 'utf-8' && format !== 'xlsx';
}
