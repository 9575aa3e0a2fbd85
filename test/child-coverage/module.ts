import v8 from '@vitest/coverage-v8';
import type { CoverageProviderModule } from 'vitest/node';
import { RECORDINGS } from './recordings.ts';
import { recordThreads } from './threads.ts';

/**
 * Vitest's V8 coverage provider, extended with the code that child processes and the embedded
 * cloud's functions ran.
 */
const coverage: CoverageProviderModule = {
  ...v8,
  startCoverage(options) {
    // Set the variable only when this process already runs. Node.js then records only the children
    // of this process, because Vitest itself measures this process.
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
