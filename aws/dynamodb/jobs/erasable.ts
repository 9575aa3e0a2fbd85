import type { JobStore } from '../../../jobs/ports.ts';
import type { ErasableJobs } from '../../../operations/erase/ports.ts';
import { isFinal } from '../../../schemas/index.ts';

/** Number of jobs that one call lists. */
const PAGE = 100;

/** Creates the access of an erasure to the jobs of a tenant. */
export function createErasableJobs(jobs: Pick<JobStore, 'list'>): ErasableJobs {
  return {
    async *list(tenant) {
      let cursor: string | undefined;
      do {
        const page = await jobs.list({ tenant, limit: PAGE, cursor });
        for (const { job_id, source_id, created_at, status, input } of page.jobs) {
          yield { job_id, source_id, created_at, is_final: isFinal(status), input_key: input.key };
        }
        cursor = page.cursor;
      } while (cursor !== undefined);
    },
  };
}
