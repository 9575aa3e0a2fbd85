import type { ConsumerEnvironment, Result } from '../../schemas/index.ts';
import type { Analyse, AnalysisOutcome } from '../analysis/analysis.ts';
import type { StreamItem } from './decode/decode.ts';
import { Unreadable } from './decode/unreadable.ts';
import type { Failure } from './ports.ts';
import { buildResult, type Ending } from './result.ts';

/** A record's result, or why it has none: yet, or for ever. Those skip the later stages. */
export type Outcome =
  | { ok: true; result: Result }
  | { ok: false; failure: Failure }
  | { ok: false; refusal: Unreadable };

export interface AnalyseDeps {
  analyse: Analyse;
  text_policy: ConsumerEnvironment['TEXT_POLICY'];
  /** Epoch milliseconds. */
  now: () => number;
}

/**
 * Records to results, in their order; all texts of a batch in one go, so that the analyzer's calls are full.
 *
 * @param on_known hears of the results that there are, where the analyzer is asked: once it is, and once it has answered
 * for all. They are made when they are called for; the very same are among the outcomes that are returned.
 */
export function createAnalyseStage(
  deps: AnalyseDeps,
): (
  items: StreamItem[],
  on_known: (results: () => Result[], is_all: boolean) => void,
) => Promise<Outcome[]> {
  const { analyse, text_policy, now } = deps;
  const end = (item: StreamItem, ending: Ending): Outcome => {
    const processed_at = new Date(now()).toISOString();
    return { ok: true, result: buildResult(item, ending, { text_policy, processed_at }) };
  };
  const endAs = (item: StreamItem, outcome: AnalysisOutcome): Outcome => {
    if (outcome.status !== 'failed') return end(item, outcome);
    if (outcome.refused) return { ok: false, refusal: refusedFor(outcome.code) };
    return { ok: false, failure: { stage: 'analysis', code: outcome.code } };
  };
  return async (items, on_known) => {
    const asked = items.filter(({ record }) => !record.deleted);
    const ended = new Map<StreamItem, Outcome>();
    const endAll = (outcomes: (AnalysisOutcome | undefined)[]) => {
      for (const [i, item] of asked.entries()) {
        const outcome = outcomes[i];
        if (outcome !== undefined && !ended.has(item)) ended.set(item, endAs(item, outcome));
      }
    };
    const outcomes = await analyse(
      asked.map(({ record }) => ({ text: record.text, language: record.language })),
      (known, is_all) => {
        const results = () => {
          endAll(known);
          return [...ended.values()].flatMap((outcome) => (outcome.ok ? [outcome.result] : []));
        };
        on_known(results, is_all);
      },
    );
    endAll(outcomes);
    return items.map((item) => {
      const outcome = ended.get(item);
      if (outcome !== undefined) return outcome;
      if (item.record.deleted) return end(item, { status: 'withdrawn' });
      throw new Error('The analysis left a record without an outcome');
    });
  };
}

function refusedFor(code: string): Unreadable {
  const issue = { path: 'text', message: `the analyzer refuses it: ${code}` };
  return new Unreadable('refused_by_analyzer', [issue]);
}
