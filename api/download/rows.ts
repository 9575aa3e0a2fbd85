import type { InputPosition, Job, JobResult } from '../../schemas/index.ts';
import type { ApiDeps } from '../deps.ts';
import { joinResults, ROWS_PER_READ, readChunks } from '../routes/job-rows.ts';

/** The outcome of one record, and the position in the job's input after it. */
export interface JobRow {
  row: JobResult;
  end: InputPosition;
}

/** Number of chunks that are read from the results table at the same time. */
const READS_IN_FLIGHT = 4;

/**
 * Reads the outcome of each record of a job, in the order of its input. A few chunks are read ahead,
 * so that the memory does not grow with the job, and a slow reader stops the reading.
 *
 * @throws {InputChangedError} if the input is no longer kept.
 * @throws {ServiceError} if a service fails.
 */
export async function* readJobRows(
  deps: Pick<ApiDeps, 'inputs' | 'results'>,
  job: Job,
  from: InputPosition,
): AsyncIterable<JobRow> {
  const in_flight: Promise<JobRow[]>[] = [];
  for await (const chunk of readChunks(deps, job, from, ROWS_PER_READ)) {
    const joining = joinResults(deps, job, chunk).then((rows) =>
      rows.map((row, i) => ({ row, end: chunk[i]?.end ?? from })),
    );
    // The error is thrown where the rows are awaited. The reading may end before that.
    joining.catch(() => {});
    in_flight.push(joining);
    if (in_flight.length >= READS_IN_FLIGHT) yield* (await in_flight.shift()) ?? [];
  }
  for (const joining of in_flight) yield* await joining;
}
