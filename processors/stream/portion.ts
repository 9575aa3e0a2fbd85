import type { JobProgress } from '../../jobs/progress.ts';
import type { Result } from '../../schemas/index.ts';
import { type AnalyseDeps, createAnalyseStage } from './analyse.ts';
import { createResolve, type Resolved } from './claims.ts';
import { type StreamItem, setAsideOf } from './decode/decode.ts';
import { createDeliver, type DeliverDeps } from './deliver.ts';
import { keep } from './keep.ts';
import type { Failed, SetAsides, TextClaims } from './ports.ts';
import { countEnded, type EndedItem, type JobOf, outcomeOf } from './progress.ts';
import { distinctVersions } from './versions.ts';

export interface PortionDeps extends AnalyseDeps, DeliverDeps {
  set_asides: SetAsides;
  progress: JobProgress;
  claims: TextClaims;
  /** Results that are known without a call are delivered in multiples of this while others are asked for. */
  early_results?: number;
}

/** What became of some records. */
export interface Ended {
  results: number;
  set_asides: number;
  /** Of all that are to be set aside, kept or not. */
  reasons: string[];
  failed: Failed[];
}

/** Takes records to their end: a result, or a set-aside where the text is nowhere. */
export function createPortion(
  deps: PortionDeps,
): (items: StreamItem[], job_of: JobOf) => Promise<Ended> {
  const resolve = createResolve(deps.claims);
  const conclude = createConclude(deps);
  const setAside = createSetAside(deps);
  return async (items, job_of) => {
    const { items: whole, missing, failed } = await resolve(items);
    const [concluded, unkept] = await Promise.all([
      conclude(whole, job_of),
      setAside(missing, job_of),
    ]);
    const { refused } = concluded;
    const unkept_refused = await setAside(refused, job_of);
    return {
      results: whole.length - concluded.failed.length - refused.length,
      set_asides: missing.length + refused.length - unkept.length - unkept_refused.length,
      reasons: [...missing, ...refused].map(({ why }) => why.reason),
      failed: [...failed, ...concluded.failed, ...unkept, ...unkept_refused],
    };
  };
}

/** A record that ends as a set-aside, and why. */
type Aside = Resolved['missing'][number];

interface Concluded {
  failed: Failed[];
  /** Those that the analyzer will never take. */
  refused: Aside[];
}

/** Analyses each version once, and counts it at every place where it stands. */
function createConclude(
  deps: PortionDeps,
): (items: StreamItem[], job_of: JobOf) => Promise<Concluded> {
  const analyseAndDeliver = createAnalyseAndDeliver(deps);
  return async (items, job_of) => {
    const versions = distinctVersions(items);
    const { outcomes, undelivered } = await analyseAndDeliver(versions.map(({ item }) => item));
    const ended: EndedItem[] = [];
    const failed: Failed[] = [];
    const refused: Aside[] = [];
    for (const [i, { places }] of versions.entries()) {
      const outcome = outcomes[i]!;
      if ('refusal' in outcome) {
        refused.push(...places.map((item) => ({ item, why: outcome.refusal })));
        continue;
      }
      const failure = outcome.ok ? undelivered.get(outcome.result) : outcome.failure;
      if (failure !== undefined) {
        failed.push(...places.map(({ position }) => ({ ...failure, position })));
      } else if (outcome.ok) {
        ended.push(...places.map((item) => ({ item, outcome: outcomeOf(outcome.result) })));
      }
    }
    return { failed: [...failed, ...(await countEnded(deps.progress, ended, job_of))], refused };
  };
}

/** Results are delivered while the analyzer is asked for others, in lots of so many: whole calls of the stores. */
const EARLY_RESULTS = 200;

/** What the caches know is on its way before the analyzer has answered for the rest. */
function createAnalyseAndDeliver(deps: PortionDeps) {
  const analyse = createAnalyseStage(deps);
  const deliver = createDeliver(deps);
  const { early_results = EARLY_RESULTS } = deps;
  return async (items: StreamItem[]) => {
    let early: Result[] = [];
    let delivering: ReturnType<typeof deliver> | undefined;
    const outcomes = await analyse(items, (known) => {
      early = known.slice(0, known.length - (known.length % early_results));
      if (early.length === 0) return;
      delivering = deliver(early);
      // It is awaited below; until then nobody would hear of a bug in it.
      delivering.catch(() => undefined);
    });
    const is_early = new Set(early);
    const late = outcomes.flatMap((outcome) =>
      outcome.ok && !is_early.has(outcome.result) ? [outcome.result] : [],
    );
    const parts = await Promise.all([delivering, deliver(late)]);
    const undelivered = new Map(parts.flatMap((part) => [...(part ?? [])]));
    return { outcomes, undelivered };
  };
}

/** Keeps records that can have no result, and counts those that are kept. */
function createSetAside(deps: PortionDeps): (missing: Aside[], job_of: JobOf) => Promise<Failed[]> {
  return async (missing, job_of) => {
    if (missing.length === 0) return [];
    const set_asides = missing.map(({ item, why }) => setAsideOf(item, why));
    const failed = await keep(deps.set_asides, set_asides);
    const unkept = new Set(failed.map(({ index }) => index));
    const kept = missing.filter((_, i) => !unkept.has(i));
    const ended = kept.map(({ item }): EndedItem => ({ item, outcome: 'set_aside' }));
    return [...failed, ...(await countEnded(deps.progress, ended, job_of))];
  };
}
