import v8 from '@vitest/coverage-v8';
import type { CoverageProviderModule } from 'vitest/node';
import { RECORDINGS } from './recordings.ts';
import { recordThreads } from './threads.ts';

/** Vitest's V8 coverage, plus what child processes and the embedded cloud's functions ran. */
const coverage: CoverageProviderModule = {
  ...v8,
  startCoverage(options) {
    // Set when this process already runs, so that Node records its children alone: Vitest measures this process.
    process.env.NODE_V8_COVERAGE = RECORDINGS;
    if (process.env.COVERAGE_OF_FUNCTIONS !== '0') recordThreads();
    return v8.startCoverage?.(options);
  },
  async getProvider() {
    const { ChildProcessCoverage } = await import('./provider.ts');
    return new ChildProcessCoverage();
  },
};

export default coverage;
