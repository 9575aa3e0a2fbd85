import type { Job, JobResult } from '../../schemas/index.ts';
import type { ApiDeps } from '../deps.ts';
import { joinResults, ROWS_PER_READ, readChunks } from '../routes/job-rows.ts';

/** Number of chunks that are read from the results table at the same time. */
const READS_IN_FLIGHT = 4;

/**
 * Reads the outcome of each record of a job, in the order of its input. A few chunks are read ahead,
 * so that the memory does not grow with the job, and a slow reader stops the reading.
 *
 * @param from index of the first record.
 * @throws {HttpError} NOT_FOUND if the record list of the job is no longer kept.
 * @throws {ServiceError} if a service fails.
 */
export async function* readJobRows(
  deps: Pick<ApiDeps, 'record_lists' | 'results'>,
  job: Job,
  from: number,
): AsyncIterable<JobResult> {
  const in_flight: Promise<JobResult[]>[] = [];
  for await (const chunk of readChunks(deps, job, from, ROWS_PER_READ)) {
    const joining = joinResults(deps, job, chunk);
    // The error is thrown where the rows are awaited. The reading may end before that.
    joining.catch(() => {});
    in_flight.push(joining);
    if (in_flight.length >= READS_IN_FLIGHT) yield* (await in_flight.shift()) ?? [];
  }
  for (const joining of in_flight) yield* await joining;
}
