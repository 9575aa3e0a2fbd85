import { pageCount, pageSize } from '../../jobs/read-progress.ts';
import {
  JOB_PAGE_SIZE,
  type Job,
  type JobResult,
  type ListedRecord,
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

/** A record of a job. `listed` is absent as long as the submission has not reached the record. */
export interface JobRecord {
  job_index: number;
  listed?: ListedRecord | undefined;
}

/**
 * Reads the record list of a job in chunks, so that one read of the results table can serve a whole
 * chunk. A chunk has at most `size` records, and fewer if their texts and attributes have 8 Mi
 * characters. A job whose records are not counted has no records.
 *
 * @param from index of the first record.
 * @throws {HttpError} NOT_FOUND if the record list is no longer kept.
 */
export async function* readChunks(
  { record_lists }: Pick<ApiDeps, 'record_lists'>,
  job: Job,
  from: number,
  size: number,
): AsyncIterable<JobRecord[]> {
  let chunk: JobRecord[] = [];
  let length = 0;
  for await (const record of readRecords(record_lists, job, from)) {
    chunk.push(record);
    const { listed } = record;
    length += listed !== undefined && 'length' in listed ? listed.length : 0;
    if (chunk.length < size && length < LENGTH_PER_CHUNK) continue;
    yield chunk;
    chunk = [];
    length = 0;
  }
  if (chunk.length > 0) yield chunk;
}

async function* readRecords(
  record_lists: ApiDeps['record_lists'],
  job: Job,
  from: number,
): AsyncIterable<JobRecord> {
  const { total = 0, submitted = { records: 0 } } = job;
  for (let page = Math.floor(from / JOB_PAGE_SIZE); page < pageCount(total); page += 1) {
    const start = page * JOB_PAGE_SIZE;
    // The submission lists the page behind its checkpoint before it publishes the records of the page.
    const listed = start <= submitted.records ? await record_lists.get(job, page) : undefined;
    if (listed === undefined && start < submitted.records) {
      throw new HttpError('NOT_FOUND', 'The record list of this job is no longer kept');
    }
    for (let i = Math.max(0, from - start); i < pageSize(total, page); i += 1) {
      yield { job_index: start + i, listed: listed?.[i] };
    }
  }
}

/** Joins records of a job with their rows of the results table, in the order of the records. */
export async function joinResults(
  { results }: Pick<ApiDeps, 'results'>,
  job: Job,
  records: JobRecord[],
): Promise<JobResult[]> {
  const { tenant } = job;
  const keys = records.flatMap(({ listed }) =>
    listed !== undefined && 'record_id' in listed ? [{ ...listed, tenant }] : [],
  );
  const rows = keys.length === 0 ? new Map<string, Result>() : await results.getMany(keys);
  return records.map(({ job_index, listed }): JobResult => {
    if (listed === undefined) return { job_index, outcome: 'pending' };
    if ('issues' in listed) return { job_index, outcome: 'set_aside', issues: listed.issues };
    const { source, record_id } = listed;
    const result = rows.get(recordKey({ tenant, source, record_id }));
    if (result === undefined || !isAsNew(result, listed, stampOf(job))) {
      return { job_index, record_id, outcome: 'pending' };
    }
    return { job_index, record_id, outcome: 'done', result };
  });
}

/**
 * Returns true if a result is that of a record of the job or a newer one. An older row comes from an
 * earlier job or another producer.
 */
function isAsNew(
  result: Result,
  { record_version }: { record_version?: number | undefined },
  stamp: number,
): boolean {
  const { record_version: version = -1 } = result;
  if (record_version !== undefined && version !== record_version) return version > record_version;
  return result.stamp >= stamp;
}
