import type { ConsumerEnvironment, Result } from '../../schemas/index.ts';
import type { Analyse } from '../analysis/analysis.ts';
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

/** Records to results, in their order; all texts of a batch in one go, so that the analyzer's calls are full. */
export function createAnalyseStage(deps: AnalyseDeps): (items: StreamItem[]) => Promise<Outcome[]> {
  const { analyse, text_policy, now } = deps;
  return async (items) => {
    const asked = items.filter(({ record }) => !record.deleted);
    const outcomes = await analyse(
      asked.map(({ record }) => ({ text: record.text, language: record.language })),
    );
    const outcome_of = new Map(asked.map((item, i) => [item, outcomes[i]!]));
    const processed_at = new Date(now()).toISOString();
    const end = (item: StreamItem, ending: Ending): Outcome => ({
      ok: true,
      result: buildResult(item, ending, { text_policy, processed_at }),
    });
    return items.map((item) => {
      const outcome = outcome_of.get(item);
      if (outcome === undefined) return end(item, { status: 'withdrawn' });
      if (outcome.status !== 'failed') return end(item, outcome);
      if (outcome.refused) return { ok: false, refusal: refusedFor(outcome.code) };
      return { ok: false, failure: { stage: 'analysis', code: outcome.code } };
    });
  };
}

function refusedFor(code: string): Unreadable {
  const issue = { path: 'text', message: `the analyzer refuses it: ${code}` };
  return new Unreadable('refused_by_analyzer', [issue]);
}
