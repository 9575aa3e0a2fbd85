import type { Analyse } from './analysis.ts';
import { type AnalysisContext, createAnalysisContext } from './context.ts';
import type { AnalysisOutcome, AnalysisRequest } from './outcome.ts';

/**
 * Analyses requests and returns the outcomes in the order of the requests. The function returns
 * after the last outcome is known and the new verdicts are written to the caches.
 */
export async function analyseAll(
  analyse: Analyse,
  requests: readonly AnalysisRequest[],
  context: AnalysisContext = createAnalysisContext(),
): Promise<AnalysisOutcome[]> {
  const outcomes = new Map<AnalysisRequest, AnalysisOutcome>();
  for await (const settled of analyse(requests, context)) {
    for (const [request, outcome] of settled) outcomes.set(request, outcome);
  }
  await context.cache_writes.join();
  return requests.map((request) => {
    const outcome = outcomes.get(request);
    if (outcome === undefined) throw new Error('The analysis left a request without an outcome');
    return outcome;
  });
}
