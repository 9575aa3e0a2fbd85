import type { RemainingMs } from '../../ingest/submission/deadline.ts';
import type { Submit, SubmitOutcome } from '../../ingest/submission/submit.ts';

/**
 * Creates a function that asks for the submission of a job. Each call stands for one invocation,
 * which continues the submission of the call before.
 */
export function createInvocations(submit: Submit) {
  let calls = 0;
  return (
    job_id: string,
    remaining_ms: RemainingMs,
    object_key?: string,
  ): Promise<SubmitOutcome> => {
    calls += 1;
    const [owner, from] = [`owner-${calls}`, `owner-${calls - 1}`];
    return submit({ job_id, owner, from, hops: 0, object_key }, remaining_ms);
  };
}
