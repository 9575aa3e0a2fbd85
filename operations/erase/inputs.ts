import { selectsAll } from '../../schemas/index.ts';
import { ErasureStopped, type Step, type StepContext } from './context.ts';
import type { ErasableJob } from './ports.ts';

/**
 * Waits until all records that are on the streams have been processed, those of jobs too. A record that the
 * selector does not name by its id gets its withdrawal only then. What a replay had put back by now, and
 * had deleted from the set-asides, is on a stream.
 *
 * @throws {ErasureStopped} if a job of the tenant has not ended.
 */
export const waitForConsumers: Step = async ({ deps, state, reach }) => {
  if (state.is_dry_run) return;
  for await (const job of deps.jobs.list(state.selector.tenant)) {
    if (!isOpen(job, state)) continue;
    throw new ErasureStopped(
      `The job ${job.job_id} has not ended, and its input may hold selected records`,
      { waits: true },
    );
  }
  await waitFrom({ deps, state, reach }, 'consumers');
};

function isOpen({ is_final, created_at }: ErasableJob, state: StepContext['state']): boolean {
  return !is_final && Date.parse(created_at) < state.requested_at;
}

/** Waits until the table `results` has the withdrawals. */
export const waitForTable: Step = async ({ deps, state, reach }) => {
  if (!state.is_dry_run) await waitFrom({ deps, state, reach }, 'table');
};

/** Waits for all that was accepted before the step began. Another run of the step waits for no more. */
async function waitFrom(
  { deps, state, reach }: Pick<StepContext, 'deps' | 'state' | 'reach'>,
  what: 'consumers' | 'table',
): Promise<void> {
  if (state.after === undefined) await reach(String(deps.now()));
  await deps.waitFor(what, Number(state.after));
}

/** Deletes the inputs of the jobs that selected rows came from, and all long texts of a whole tenant. */
export const deleteInputs: Step = async ({ deps, selector, state, count, reach }) => {
  const { inputs } = deps;
  const from = new Set(state.job_ids);
  for await (const job of deps.jobs.list(selector.tenant)) {
    if (!isSelectedJob(job, selector, from)) continue;
    if ((await inputs.read(job.input_key)) === undefined) continue;
    if (!state.is_dry_run) await inputs.delete(job.input_key);
    count('job_inputs', 1);
    await reach(job.job_id);
  }
  if (!selectsAll(selector) || selector.source !== undefined) return;
  for await (const key of inputs.keys(`claims/${selector.tenant}/`)) {
    if (!state.is_dry_run) await inputs.delete(key);
    count('long_texts', 1);
    await reach(key);
  }
};

/** A job without a selected row may have lines that could not be processed. */
function isSelectedJob(
  { job_id, source_id }: ErasableJob,
  selector: StepContext['selector'],
  from: Set<string>,
): boolean {
  if (from.has(job_id)) return true;
  return selectsAll(selector) && (selector.source ?? source_id) === source_id;
}
