import { exportPrefix, exportsErasedKey } from '../../schemas/index.ts';
import type { Step } from './context.ts';

/**
 * Deletes the files of all exports of the tenant, because they can hold anything that it has. An export that
 * is being written fails: it looks for the mark after each file that it writes, and the mark is there before
 * the files are listed.
 */
export const deleteExports: Step = async ({ deps, selector, state, count, reach }) => {
  const { tenant } = selector;
  if (!state.is_dry_run && state.after === undefined) {
    await deps.set_asides.write(
      exportsErasedKey(tenant),
      JSON.stringify({ erased_at: deps.now() }),
    );
  }
  for await (const key of deps.inputs.keys(exportPrefix(tenant), state.after)) {
    if (!state.is_dry_run) await deps.inputs.delete(key);
    count('exports', 1);
    await reach(key);
  }
};
