import type { Step } from './context.ts';

/** Deletes the selected rows of the table `results`. Their withdrawals are merged later, without texts. */
export const deleteFromTable: Step = async ({ deps, selection, state, count, reach }) => {
  if (state.after === undefined) {
    count('lake_results', await deps.lake.countRows(selection));
    await reach('counted');
  }
  if (!state.is_dry_run) await deps.lake.deleteRows(selection);
};

/** Rewrites the raw objects, day by day, and forgets the versions of those that were rewritten. */
export const blankRaw: Step = async ({ deps, selection, state, count, reach }) => {
  if (state.is_dry_run) return;
  const start = state.after ?? '';
  for (const day of await deps.lake.rawDays()) {
    if (day <= start) continue;
    const keys = await deps.lake.blankDay(selection, day);
    for (const key of keys) await deps.lake_objects.forgetVersions(key);
    count('lake_raw', keys.length);
    await reach(day);
  }
};

const QUERY_RESULTS = 'query-results/';

/**
 * Deletes the results of all queries, because they can hold anything. A query that is being read then
 * fails and can be repeated.
 */
export const deleteQueryResults: Step = async ({ deps, state, count, reach }) => {
  for await (const key of deps.lake_objects.keys(QUERY_RESULTS, state.after)) {
    if (!state.is_dry_run) {
      await deps.lake_objects.delete(key);
      await deps.lake_objects.forgetVersions(key);
    }
    count('query_results', 1);
    await reach(key);
  }
};
