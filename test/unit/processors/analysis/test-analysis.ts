import { analyseAll } from '../../../../processors/analysis/analyse-all.ts';
import { type AnalysisDeps, createAnalysis } from '../../../../processors/analysis/analysis.ts';
import { createAnalysisContext } from '../../../../processors/analysis/context.ts';
import type { AnalysisCounts } from '../../../../processors/analysis/counts.ts';
import type { AnalysisRequest } from '../../../../processors/analysis/outcome.ts';
import { createFakeCache } from '../../../fakes/verdict-cache.ts';
import { skipPause } from '../../../support/endless-loops.ts';

/** Creates an analysis with fakes. The analysis adds an entry to `counts` for each batch. */
export function testAnalysis(overrides: Partial<AnalysisDeps> & Pick<AnalysisDeps, 'analyzer'>) {
  const counts: AnalysisCounts[] = [];
  const analyse = createAnalysis({
    cache: createFakeCache(),
    detect_language: () => undefined,
    default_language: 'en',
    memory_entries: 10_000,
    max_in_flight: 4,
    pause: skipPause,
    ...overrides,
  });
  return {
    analyse,
    counts,
    analyseAll: (requests: AnalysisRequest[]) => {
      const context = createAnalysisContext();
      counts.push(context.counts);
      return analyseAll(analyse, requests, context);
    },
  };
}
