import { createHash, randomBytes } from 'node:crypto';
import * as z from 'zod';
import {
  ERASED_STORES,
  type HashedSelector,
  hashedSelectorSchema,
  signedReportSchema,
} from '../../schemas/index.ts';
import type { ErasureStates } from './ports.ts';

/** The steps of an erasure, in their order. docs/adr/0070-erasure.md says why this order. */
export const STEPS = [
  'rows',
  'lake_results',
  'set_asides',
  'failures',
  'consumers',
  'later_rows',
  'later_set_asides',
  'later_failures',
  'job_inputs',
  'table',
  'lake_raw',
  'query_results',
] as const;
export type StepName = (typeof STEPS)[number];

/**
 * How far an erasure is. It is stored after each page, so that another process can go on. It never has the
 * selector itself, because that may name a person.
 */
const stateSchema = z.object({
  erasure_id: z.string(),
  selector: hashedSelectorSchema,
  /** In epoch milliseconds. */
  requested_at: z.int(),
  is_dry_run: z.boolean(),
  step: z.enum([...STEPS, 'done']),
  /** The place in the step up to which everything is done. Absent at its start. */
  after: z.string().optional(),
  counts: z.partialRecord(z.enum(ERASED_STORES), z.int()),
  unreadable: z.int(),
  /** Ids of jobs that the erased rows came from, and whose inputs are not deleted yet. */
  job_ids: z.array(z.string()),
  signed: signedReportSchema.optional(),
});
export type ErasureState = z.infer<typeof stateSchema>;

/** Reads the state of an erasure. Undefined if there is none with the id. */
export async function readState(
  states: ErasureStates,
  erasure_id: string,
): Promise<ErasureState | undefined> {
  const text = await states.get(erasure_id);
  return text === undefined ? undefined : stateSchema.parse(JSON.parse(text));
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
  { requested_at, is_dry_run }: Pick<ErasureState, 'requested_at' | 'is_dry_run'>,
): ErasureState {
  return {
    erasure_id: `${prefixOf(selector)}${randomBytes(6).toString('hex')}`,
    ...{ selector, requested_at, is_dry_run },
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
