import type { EraseDeps } from '../../../operations/erase/context.ts';
import { beginErasure, runErasure } from '../../../operations/erase/erase.ts';
import { type Selector, selects } from '../../../schemas/index.ts';
import { createRandom } from '../../support/random.ts';
import { Crash, ErasureWorld } from './world.ts';

/** Selectors of the worlds. All records are of the tenant `default` and the source `shop`. */
const SELECTORS: Selector[] = [
  { tenant: 'default' },
  { tenant: 'default', source: 'shop' },
  { tenant: 'default', source: 'shop', record_id: 'r3' },
  { tenant: 'default', author: 'Ada' },
];
const MOST_CRASHES = 1_000;

export interface Erased {
  seed: number;
  selector: Selector;
  crashes: number;
  /** Number of rows that the report counts. */
  erased: number;
  /** Sentences, each about a record that came back or about bytes that are left. */
  problems: string[];
}

/**
 * Runs a world with an erasure in its middle, lets it come to rest with all failed batches put back, and
 * looks for records that came back.
 *
 * @param change breaks a store, so that the simulation must find a problem.
 */
export async function simulateErasure(
  seed: number,
  change: (deps: EraseDeps) => EraseDeps = (deps) => deps,
): Promise<Erased> {
  const random = createRandom(seed);
  const world = new ErasureWorld(random);
  const selector = random.pick(SELECTORS);
  for (let i = 5 + random.int(15); i > 0; i -= 1) {
    world.now += random.int(30_000);
    world.publish();
    if (random.chance(0.5)) await world.consume();
  }
  const requested_at = world.now;
  const { signed, crashes } = await erase(world, selector, change);
  await comeToRest(world);
  const problems = findProblems(world, selector, requested_at);
  const erased = signed.report.stores.find(({ store }) => store === 'results_table')?.count ?? 0;
  return { seed, selector, crashes, erased, problems };
}

/** Runs the erasure until it is done, again after each crash. */
async function erase(
  world: ErasureWorld,
  selector: Selector,
  change: (deps: EraseDeps) => EraseDeps,
) {
  let erasure_id: string | undefined;
  for (let crashes = 0; crashes < MOST_CRASHES; crashes += 1) {
    try {
      const deps = change(world.createDeps());
      erasure_id ??= (await beginErasure(deps, selector)).state.erasure_id;
      return { signed: await runErasure(deps, selector, erasure_id), crashes };
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    } finally {
      world.rest();
    }
  }
  throw new Error('Expected the erasure to end');
}

async function comeToRest(world: ErasureWorld): Promise<void> {
  for (let i = 0; i < 30; i += 1) await world.redrive();
  await world.drain();
}

function findProblems(world: ErasureWorld, selector: Selector, requested_at: number): string[] {
  const selection = { selector, accepted_until: Number.POSITIVE_INFINITY };
  const back = [...world.rows.values()].filter(
    (row) =>
      row.status !== 'withdrawn' &&
      selects(selection, row) &&
      Date.parse(row.arrived_at) <= requested_at,
  );
  return back.map(({ record_id, arrived_at }) => `${record_id} of ${arrived_at} is back`);
}
