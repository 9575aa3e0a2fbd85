import { setTimeout as sleep } from 'node:timers/promises';
import type { JobProgress } from '../../jobs/progress.ts';
import type { Result } from '../../schemas/index.ts';
import { type AnalyseDeps, createAnalyseStage } from './analyse.ts';
import { createResolve, type Resolved } from './claims.ts';
import { type StreamItem, setAsideOf } from './decode/decode.ts';
import { createDeliver, type DeliverDeps } from './deliver.ts';
import { keep } from './keep.ts';
import type { Failed, Failure, SetAsides, TextClaims } from './ports.ts';
import { countEnded, type EndedItem, type JobOf, outcomeOf } from './progress.ts';
import { distinctVersions } from './versions.ts';

export interface PortionDeps extends AnalyseDeps, DeliverDeps {
  set_asides: SetAsides;
  progress: JobProgress;
  claims: TextClaims;
  /** Results that are known without a call are delivered in multiples of this while others are asked for. */
  early_results?: number;
  pause?: (milliseconds: number) => Promise<unknown>;
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
/** By then the analyzer's calls are on their way: writing results keeps the process busy, and they would wait for it. */
const CALLS_FIRST_MS = 20;

/**
 * What the caches know is delivered before the analyzer has answered for the rest, and the rest while the caches are
 * filled.
 */
function createAnalyseAndDeliver(deps: PortionDeps) {
  const analyse = createAnalyseStage(deps);
  const { early_results = EARLY_RESULTS, pause = sleep } = deps;
  return async (items: StreamItem[]) => {
    const delivery = createDelivery(deps);
    let is_asking = true;
    const deliverEarly = async (results: () => Result[]) => {
      await pause(CALLS_FIRST_MS);
      if (!is_asking) return;
      const known = results();
      delivery.send(known.slice(0, known.length - (known.length % early_results)));
    };
    const outcomes = await analyse(items, (results, is_all) => {
      if (!is_all) return void deliverEarly(results).catch(delivery.fail);
      is_asking = false;
      delivery.send(results());
    }).finally(() => {
      // Whatever ended it: what is delivered later would be in the time of another batch.
      is_asking = false;
    });
    delivery.send(outcomes.flatMap((outcome) => (outcome.ok ? [outcome.result] : [])));
    return { outcomes, undelivered: await delivery.undelivered() };
  };
}

/** Delivers a batch's results in parts, each result once. */
function createDelivery(deps: DeliverDeps) {
  const deliver = createDeliver(deps);
  const sent = new Set<Result>();
  const parts: Promise<Map<Result, Failure>>[] = [];
  const add = (part: Promise<Map<Result, Failure>>) => {
    parts.push(part);
    // A bug in it is heard of at the end.
    part.catch(() => undefined);
  };
  return {
    send(results: Result[]): void {
      const fresh = results.filter((result) => !sent.has(result));
      if (fresh.length === 0) return;
      for (const result of fresh) sent.add(result);
      add(deliver(fresh));
    },
    fail: (cause: unknown): void => add(Promise.reject(cause)),
    async undelivered(): Promise<Map<Result, Failure>> {
      return new Map((await Promise.all(parts)).flatMap((part) => [...part]));
    },
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
