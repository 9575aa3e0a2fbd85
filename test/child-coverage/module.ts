import v8 from '@vitest/coverage-v8';
import type { CoverageProviderModule } from 'vitest/node';
import { RECORDINGS } from './recordings.ts';
import { recordThreads } from './threads.ts';

/**
 * Extends Vitest's V8 coverage provider. The extended provider also covers the code that ran in
 * child processes and in the functions of the embedded cloud.
 */
const coverage: CoverageProviderModule = {
  ...v8,
  startCoverage(options) {
    // Node.js reads this variable for each process that starts. Because the variable is set only
    // now, Node.js records the child processes but not this process, which Vitest itself measures.
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
