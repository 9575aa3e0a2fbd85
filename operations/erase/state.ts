import { createHash, randomBytes } from 'node:crypto';
import {
  type ErasureState,
  erasureStateSchema,
  type HashedSelector,
  hashedSelectorSchema,
} from '../../schemas/index.ts';
import type { ErasureStates } from './ports.ts';

/** Reads the state of an erasure. Undefined if there is none with the id. */
export async function readState(
  states: ErasureStates,
  erasure_id: string,
): Promise<ErasureState | undefined> {
  const text = await states.get(erasure_id);
  return text === undefined ? undefined : erasureStateSchema.parse(JSON.parse(text));
}

export async function writeState(states: ErasureStates, state: ErasureState): Promise<void> {
  await states.put(state.erasure_id, JSON.stringify(state));
}

/** Finds the erasure of a selector that is not done. Undefined if there is none. */
export async function findUnfinished(
  states: ErasureStates,
  selector: HashedSelector,
): Promise<ErasureState | undefined> {
  for await (const erasure_id of states.ids(prefixOf(selector))) {
    const state = await readState(states, erasure_id);
    if (state !== undefined && state.step !== 'done' && !state.is_dry_run) return state;
  }
  return undefined;
}

/** Creates the state of an erasure that begins. */
export function createState(
  selector: HashedSelector,
  {
    erasure_id = `${prefixOf(selector)}${randomBytes(6).toString('hex')}`,
    ...request
  }: Pick<ErasureState, 'requested_at' | 'is_dry_run'> & { erasure_id?: string },
): ErasureState {
  return {
    ...{ erasure_id, selector, ...request },
    step: 'rows',
    counts: {},
    unreadable: 0,
    job_ids: [],
  };
}

/** Ids of erasures with the same selector begin alike. The selector is hashed, so the id tells nothing. */
function prefixOf(selector: HashedSelector): string {
  const hash = createHash('sha256').update(JSON.stringify(hashedSelectorSchema.parse(selector)));
  return `erasure_${hash.digest('hex').slice(0, 16)}_`;
}
