import type { Result } from '../../schemas/index.ts';
import type { Analyse } from '../analysis/analysis.ts';
import type { AnalysisOutcome } from '../analysis/outcome.ts';
import type { BatchContext } from './batch.ts';
import { Unreadable } from './decode/unreadable.ts';
import { explainBudget } from './over-budget.ts';
import type { Failure } from './ports.ts';
import type { RedactedVersion } from './redact.ts';
import { buildResult, type Ending } from './result.ts';
import type { Version } from './versions.ts';

/**
 * A version of a record with its outcome. `refusal` is the reason why the version can never have a
 * result. A version with a failure or a refusal is not delivered. `is_not_newer` is known after the
 * delivery: the row of the record is newer than the version.
 */
export interface Processed {
  version: Version;
  outcome:
    | { result: Result; is_not_newer?: boolean }
    | { failure: Failure }
    | { refusal: Unreadable };
}

export interface AnalyseDeps {
  analyse: Analyse;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/**
 * Analyses versions and yields the results as soon as the results are known. A withdrawal gets a
 * result without an analysis.
 */
export async function* analyseVersions(
  versions: RedactedVersion[],
  { analyse, now }: AnalyseDeps,
  context: BatchContext,
): AsyncGenerator<Processed[]> {
  const end = (version: RedactedVersion, ending: Ending): Processed => {
    const { item, keeps_text, pii } = version;
    const processed_at = new Date(now()).toISOString();
    return {
      version,
      outcome: { result: buildResult(item, ending, { keeps_text, pii, processed_at }) },
    };
  };
  const withdrawn = versions.filter(({ item }) => item.record.deleted);
  yield withdrawn.map((version) => end(version, { status: 'withdrawn' }));
  const requests = versions
    .filter(({ item }) => !item.record.deleted)
    .map((version) => {
      const { tenant, language } = version.item.record;
      const { text, language: resolved_language } = version.analysed;
      return { tenant, text, language, resolved_language, version };
    });
  let settled = 0;
  for await (const outcomes of analyse(requests, context)) {
    settled += outcomes.length;
    yield outcomes.map(([{ version }, outcome]) =>
      outcome.status === 'failed'
        ? { version, outcome: explainFailure(outcome, now()) }
        : end(version, outcome),
    );
  }
  if (settled !== requests.length) {
    throw new Error(`The analysis settled ${settled} of ${requests.length} requests`);
  }
}

function explainFailure(
  { code, refused, over_budget }: Extract<AnalysisOutcome, { status: 'failed' }>,
  now: number,
) {
  if (over_budget !== undefined) return { refusal: explainBudget(over_budget, now) };
  if (!refused) return { failure: { stage: 'analysis', code } } as const;
  const issue = { path: 'text', message: `the analyzer refuses it: ${code}` };
  return { refusal: new Unreadable('refused_by_analyzer', [issue]) };
}
