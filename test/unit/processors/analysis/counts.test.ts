import { expect, it } from 'vitest';
import { countOutcomes, createAnalysisCounts } from '../../../../processors/analysis/counts.ts';
import type { AnalysisOutcome } from '../../../../processors/analysis/outcome.ts';

const failure = (code: string): AnalysisOutcome => ({
  status: 'failed',
  code,
  retryable: true,
  throttled: false,
});
const unsupported: AnalysisOutcome = {
  status: 'unsupported_language',
  language_code: 'nl',
  language_source: 'detected',
};
const createAnalyzed = (cache: 'miss' | 'batch' | 'memory' | 'table') =>
  ({ status: 'analyzed', cache }) as AnalysisOutcome;

it('each outcome is counted once, and the first failure gives the code', () => {
  const counts = createAnalysisCounts();
  const settled: [string, AnalysisOutcome][] = [
    ['a', failure('First')],
    ['b', failure('Second')],
    ['c', { status: 'empty' }],
    ['d', unsupported],
    ['e', createAnalyzed('miss')],
    ['f', createAnalyzed('batch')],
    ['g', createAnalyzed('memory')],
    ['h', createAnalyzed('table')],
    ['i', createAnalyzed('table')],
  ];
  expect(countOutcomes(counts, settled)).toBe(settled);
  expect(counts).toMatchObject({
    texts: 9,
    failed: 2,
    failure_code: 'First',
    empty: 1,
    unsupported: 1,
    misses: 1,
    hits: { batch: 1, memory: 1, table: 2 },
  });
});
