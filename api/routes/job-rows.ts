import { type InputEntry, readInput } from '../../ingest/submission/input.ts';
import { toJobError } from '../../ingest/submission/input-error.ts';
import { InputChangedError } from '../../ingest/submission/ports.ts';
import { measureContent } from '../../jobs/content-length.ts';
import {
  hashText,
  type InputPosition,
  type Job,
  type JobResult,
  type RecordInput,
  type Result,
  recordKey,
  stampOf,
} from '../../schemas/index.ts';
import type { ApiDeps } from '../deps.ts';
import { HttpError } from '../http/errors.ts';

/** Number of records that one read of the results table looks up. */
export const ROWS_PER_READ = 100;
/**
 * Size of the texts and attributes, in characters, at which a chunk ends before it has all its records. A
 * text has at most 1 MiB, so that 100 of them would take a tenth of the memory of the download function.
 */
const LENGTH_PER_CHUNK = 8 * 1024 * 1024;

/**
 * Reads the records of a job's input in chunks, so that one read of the results table can serve a
 * whole chunk. A chunk has at most `size` records, and fewer if their texts and attributes have 8 Mi characters. The
 * chunks also end where the file cannot be read, or is empty. The job becomes FAILED
 * then, and says why. An input that has not arrived, or that cannot be read at all, has no records.
 *
 * @throws {InputChangedError} if the input is no longer kept.
 */
export async function* readChunks(
  { inputs }: Pick<ApiDeps, 'inputs'>,
  job: Job,
  from: InputPosition,
  size: number,
): AsyncIterable<InputEntry[]> {
  // A file that cannot be read fails before its first record is published.
  const is_unreadable = job.error?.code === 'INPUT_UNREADABLE';
  if (job.input.etag === undefined || is_unreadable) return;
  let chunk: InputEntry[] = [];
  let length = 0;
  try {
    for await (const entry of readInput(inputs, job, from)) {
      chunk.push(entry);
      length += entry.ok ? measureContent(entry.record) : 0;
      if (chunk.length < size && length < LENGTH_PER_CHUNK) continue;
      yield chunk;
      chunk = [];
      length = 0;
    }
  } catch (error) {
    const code = toJobError(error)?.code;
    if (code !== 'INPUT_UNREADABLE' && code !== 'INPUT_EMPTY') throw error;
  }
  if (chunk.length > 0) yield chunk;
}

/** Joins records of the input with their rows of the results table, in the order of the records. */
export async function joinResults(
  { results }: Pick<ApiDeps, 'results'>,
  job: Job,
  entries: InputEntry[],
): Promise<JobResult[]> {
  const keys = entries.flatMap((entry) =>
    entry.ok ? [{ ...entry.record, tenant: job.tenant }] : [],
  );
  const rows = keys.length === 0 ? new Map<string, Result>() : await results.getMany(keys);
  return entries.map((entry): JobResult => {
    const { job_index } = entry;
    if (!entry.ok) return { job_index, outcome: 'set_aside', issues: entry.issues };
    const { source, record_id } = entry.record;
    const result = rows.get(recordKey({ tenant: job.tenant, source, record_id }));
    if (result === undefined || !isAsNew(result, entry.record, stampOf(job))) {
      return { job_index, record_id, outcome: 'pending' };
    }
    return { job_index, record_id, outcome: 'done', result: addText(result, entry.record.text) };
  });
}

/**
 * Returns true if a result is that of a record of the job or a newer one. An older row comes from an
 * earlier job or another producer.
 */
function isAsNew(result: Result, { record_version }: RecordInput, stamp: number): boolean {
  const { record_version: version = -1 } = result;
  if (record_version !== undefined && version !== record_version) return version > record_version;
  return result.stamp >= stamp;
}

/**
 * Largest text that is added to a row, in bytes of the answer. A row of the results table without
 * its text has at most 3 MB there.
 */
const MAX_ADDED_BYTES = 2 * 1024 * 1024;

/**
 * Adds the text of the input to a result that is stored without its text. The hash shows that the
 * text is the one that was analysed, and not the text of an earlier version or of a withdrawn record.
 */
function addText(result: Result, text = ''): Result {
  if (result.text !== undefined || text === '' || hashText(text) !== result.text_hash)
    return result;
  const bytes = Buffer.byteLength(JSON.stringify(JSON.stringify(text)));
  return bytes > MAX_ADDED_BYTES ? result : { ...result, text };
}

/** Translates the error of an input that has expired or was replaced. Returns other errors unchanged. */
export function explainGoneInput(error: unknown): unknown {
  if (!(error instanceof InputChangedError)) return error;
  return new HttpError('NOT_FOUND', 'The input of this job is no longer kept');
}
