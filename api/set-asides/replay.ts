import type { SetAside, SetAsideReplayResponse } from '../../schemas/index.ts';
import type { TenantSetAsides } from './ports.ts';

/** How a replay has ended. See operations/replay-set-aside.ts. */
type ReplayOutcome =
  | { status: 'replayed' | 'would_replay'; records: number }
  | { status: 'done_before' }
  | { status: 'left'; reason: string }
  | { status: 'failed'; codes: string[] };

/** The replay of one set-aside, as operators have it by the command line. */
export type ReplayOne = (
  set_aside: SetAside,
  options: { tenant: string; fixed_text: string | undefined; dry_run: boolean },
) => Promise<ReplayOutcome>;

/** Number of set-asides that are replayed at the same time. */
const REPLAYS_AT_A_TIME = 10;

type Outcome = SetAsideReplayResponse['outcomes'][number];

/** Replays set-asides of a tenant. Ids of others count as not found. */
export async function replayAll(
  { set_asides, replay_set_aside }: ReplayDeps,
  ids: string[],
  options: Parameters<ReplayOne>[1],
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const replay = async (set_aside_id: string): Promise<Outcome> => {
    const set_aside = await set_asides.find(options.tenant, set_aside_id);
    if (set_aside === undefined) return { set_aside_id, status: 'not_found' };
    return { set_aside_id, ...describeOutcome(await replay_set_aside(set_aside, options)) };
  };
  for (let first = 0; first < ids.length; first += REPLAYS_AT_A_TIME) {
    const some = ids.slice(first, first + REPLAYS_AT_A_TIME);
    outcomes.push(...(await Promise.all(some.map(replay))));
  }
  return outcomes;
}

export interface ReplayDeps {
  set_asides: Pick<TenantSetAsides, 'find'>;
  replay_set_aside: ReplayOne;
}

function describeOutcome(outcome: ReplayOutcome): Omit<Outcome, 'set_aside_id'> {
  const { status } = outcome;
  if ('records' in outcome) return { status, records: outcome.records };
  if (outcome.status === 'left') return { status, why: outcome.reason };
  return outcome.status === 'failed' ? { status, why: outcome.codes.join(', ') } : { status };
}
