import { readInput } from '../../ingest/submission/input.ts';
import { listRecord } from '../../ingest/submission/publish-records.ts';
import type { RecordLists } from '../../jobs/ports.ts';
import { chunk } from '../../lib/chunk.ts';
import { JOB_PAGE_SIZE, type Job } from '../../schemas/index.ts';

/** Lists the records of an input as a submission does, and returns the position of the checkpoint. */
async function listInput(
  record_lists: Pick<RecordLists, 'put'>,
  job: Job,
  input: Buffer,
): Promise<Pick<Job, 'total' | 'submitted'>> {
  const read = async function* () {
    yield input;
  };
  const records = [];
  for await (const entry of readInput({ read }, job, { records: 0, bytes: 0 })) {
    records.push(listRecord(entry));
  }
  for (const [page, part] of chunk(records, JOB_PAGE_SIZE).entries()) {
    await record_lists.put(job, page, part);
  }
  return { total: records.length, submitted: { records: records.length, bytes: input.length } };
}

/** Adds the records of an input to a job whose submission has ended. */
export async function withRecords(
  record_lists: Pick<RecordLists, 'put'>,
  job: Job,
  input: string,
): Promise<Job> {
  const arrived = { ...job, input: { ...job.input, etag: 'e' } };
  if (input === '') return { ...arrived, total: 0 };
  return { ...arrived, ...(await listInput(record_lists, arrived, Buffer.from(input))) };
}
