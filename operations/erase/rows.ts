import { type Result, recordKey } from '../../schemas/index.ts';
import type { Restorable } from '../restore.ts';
import type { Step, StepContext } from './context.ts';
import { buildWithdrawal, isLongText } from './withdrawal.ts';

/** Largest number of jobs that an erasure remembers. Their inputs are deleted later. */
const MAX_JOBS = 50_000;

/**
 * Withdraws the selected rows, page by page. A withdrawal has the order of the request, so that nothing that
 * was accepted before it can come back. Its line goes to the lake, where the keeper merges it. A page that
 * is done again after a crash gives the same rows and the same lines.
 */
export const withdrawRows: Step = (context) => eachPage(context, withdrawPage);

/**
 * Withdraws rows that were on a stream before. All rows of the erasure are read again, so this step counts
 * them. Their replaced versions leave the history.
 */
export const withdrawLaterRows: Step = (context) =>
  eachPage(context, async (rows) => {
    await withdrawPage(rows, context);
    context.count('results_table', rows.length);
    if (!context.state.is_dry_run) {
      context.count('history', await context.deps.history.delete(rows));
    }
  });

async function eachPage(
  context: StepContext,
  work: (rows: Result[], context: StepContext) => Promise<void>,
): Promise<void> {
  const { deps, selection, state } = context;
  for (let { after } = state; ; ) {
    const page = await deps.rows.page(selection, after);
    await work(page.rows, context);
    if (page.next === undefined) return;
    after = page.next;
    await context.reach(after);
  }
}

async function withdrawPage(rows: Result[], context: StepContext): Promise<void> {
  const { deps, selector, state } = context;
  const { requested_at, is_dry_run } = state;
  rememberJobs(rows, state);
  if (is_dry_run) return;
  const withdrawals = rows.map((row) => buildWithdrawal(row, requested_at));
  const { tenant, source, record_id } = selector;
  if (record_id !== undefined && source !== undefined && rows.length === 0) {
    // The record may be on a stream. Its withdrawal waits for it in the table.
    withdrawals.push(buildWithdrawal({ tenant, source, record_id }, requested_at));
  }
  // The text goes first. After a crash, a withdrawn row would not say which text it had.
  await deleteLongTexts(rows, context);
  await deps.log.put(await deps.rows.withdraw(withdrawals));
}

/** Withdraws records that were found elsewhere than in the results table, such as in a failed batch. */
export async function withdrawFound(
  { deps, state }: StepContext,
  contents: Restorable[],
): Promise<void> {
  const records = new Map(
    contents.flatMap((one) => (one.kind === 'record' ? [[recordKey(one.record), one.record]] : [])),
  );
  const withdrawals = [...records.values()].map(({ tenant, source, record_id }) =>
    buildWithdrawal({ tenant, source, record_id }, state.requested_at),
  );
  await deps.log.put(await deps.rows.withdraw(withdrawals));
}

async function deleteLongTexts(rows: Result[], context: StepContext): Promise<void> {
  const { inputs } = context.deps;
  for (const { tenant, text_hash } of rows.filter(isLongText)) {
    const key = `claims/${tenant}/${text_hash}`;
    if ((await inputs.read(key)) === undefined) continue;
    await inputs.delete(key);
    context.count('long_texts', 1);
  }
}

function rememberJobs(rows: Result[], state: StepContext['state']): void {
  const known = new Set(state.job_ids);
  for (const row of rows) {
    if (row.job_id === undefined) continue;
    known.add(row.job_id);
    if (known.size > MAX_JOBS) {
      throw new Error(`Expected records of at most ${MAX_JOBS} jobs, got more: ${recordKey(row)}`);
    }
  }
  state.job_ids = [...known];
}
