import {
  ERASED_STORES,
  ERASURE_STEPS,
  type ErasureReport,
  type ErasureState,
  type ErasureStep,
  hashSelector,
  type Selection,
  type Selector,
  type SignedReport,
  signReport,
} from '../../schemas/index.ts';
import { type EraseDeps, ErasureStopped, type Step, type StepContext } from './context.ts';
import { deleteExports } from './exports.ts';
import { takeFromFailures } from './failures.ts';
import { deleteInputs, waitForConsumers, waitForTable } from './inputs.ts';
import { blankRaw, deleteFromTable, deleteQueryResults } from './lake.ts';
import { withdrawLaterRows, withdrawRows } from './rows.ts';
import { buildSelection } from './selection.ts';
import { deleteSetAsides } from './set-asides.ts';
import { createState, findUnfinished, readState, writeState } from './state.ts';
import { stampOfErasure } from './withdrawal.ts';

const WORK: Record<ErasureStep, Step> = {
  rows: withdrawRows,
  lake_results: deleteFromTable,
  set_asides: deleteSetAsides,
  failures: takeFromFailures,
  consumers: waitForConsumers,
  later_rows: withdrawLaterRows,
  later_set_asides: deleteSetAsides,
  later_failures: takeFromFailures,
  job_inputs: deleteInputs,
  table: waitForTable,
  lake_raw: blankRaw,
  query_results: deleteQueryResults,
  exports: deleteExports,
};

/** The things that the report counts in each store. Queues hold ids and keys, and no text or name. */
const COUNTED: Record<(typeof ERASED_STORES)[number], string> = {
  results_table: 'rows',
  long_texts: 'objects',
  lake_results: 'rows',
  history: 'replaced versions',
  set_asides: 'objects',
  failures: 'records',
  lake_raw: 'objects rewritten',
  job_inputs: 'objects',
  query_results: 'objects',
  exports: 'objects',
  queues: 'messages: none holds a text or a name',
};

/**
 * Begins the erasure of what a selector selects, or finds the one that was begun and is not done. It does
 * no work: {@link runErasure} does.
 *
 * @param requested a request that has an id already. Its erasure is begun once, however often it is asked for.
 */
export async function beginErasure(
  deps: Pick<EraseDeps, 'states' | 'restoreKey' | 'now'>,
  selector: Selector,
  {
    is_dry_run = false,
    requested,
  }: { is_dry_run?: boolean; requested?: { erasure_id: string; requested_at: number } } = {},
): Promise<{ state: ErasureState; is_continued: boolean }> {
  const hashed = hashSelector(selector, await deps.restoreKey());
  const known =
    requested !== undefined
      ? await readState(deps.states, requested.erasure_id)
      : is_dry_run
        ? undefined
        : await findUnfinished(deps.states, hashed);
  if (known !== undefined) return { state: known, is_continued: true };
  const state = createState(hashed, { requested_at: deps.now(), ...requested, is_dry_run });
  await writeState(deps.states, state);
  return { state, is_continued: false };
}

/**
 * Erases what a selector selects, from the step at which the erasure is. Each page of each step can be done
 * again: a crash at any point, or a second run at the same time, does no harm.
 *
 * @returns the signed report.
 * @throws {ErasureStopped} if the time is up, or a job has not ended. The next run goes on.
 * @throws {ServiceError} if a service fails. The next run goes on.
 */
export async function runErasure(
  deps: EraseDeps,
  selector: Selector,
  erasure_id: string,
): Promise<SignedReport> {
  const state = await readState(deps.states, erasure_id);
  if (state === undefined) throw new Error(`There is no erasure ${erasure_id}`);
  if (state.signed !== undefined) return state.signed;
  const until = stampOfErasure(state.requested_at);
  const selection = await buildSelection(selector, until, deps.restoreKey);
  const context = createContext(deps, selection, state);
  for (const step of ERASURE_STEPS.slice(ERASURE_STEPS.indexOf(state.step as ErasureStep))) {
    await WORK[step](context);
    state.step = ERASURE_STEPS[ERASURE_STEPS.indexOf(step) + 1] ?? 'done';
    state.after = undefined;
    if (state.step === 'done')
      state.signed = signReport(buildReport(deps, state), await deps.restoreKey());
    await writeState(deps.states, state);
    deps.onProgress?.(state);
    if (state.step !== 'done') stopIfTimeIsUp(deps);
  }
  if (state.signed === undefined) throw new Error('Expected the last step to sign the report');
  return state.signed;
}

function createContext(deps: EraseDeps, selection: Selection, state: ErasureState): StepContext {
  return {
    ...{ deps, selector: selection.selector, state },
    selection,
    count(store, added) {
      state.counts[store] = (state.counts[store] ?? 0) + added;
    },
    async reach(after) {
      state.after = after;
      await writeState(deps.states, state);
      deps.onProgress?.(state);
      stopIfTimeIsUp(deps);
    },
  };
}

function stopIfTimeIsUp({ isTimeUp }: EraseDeps): void {
  if (isTimeUp?.()) throw new ErasureStopped('The time of this run is up', { waits: false });
}

function buildReport(deps: EraseDeps, state: ErasureState): ErasureReport {
  const completed_at = deps.now();
  const { erasure_id, selector, requested_at, is_dry_run, counts, unreadable } = state;
  return {
    format: 1,
    ...{ erasure_id, selector, is_dry_run, unreadable },
    requested_at: new Date(requested_at).toISOString(),
    completed_at: new Date(completed_at).toISOString(),
    stores: ERASED_STORES.map((store) => {
      return { store, what: COUNTED[store], count: counts[store] ?? 0 };
    }),
    remains: is_dry_run ? [] : deps.remains(completed_at),
  };
}
