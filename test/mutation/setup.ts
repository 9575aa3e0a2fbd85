import fc from 'fast-check';
import { inject, vi } from 'vitest';

// A property that fails has found the mutant. Looking for a smaller example only costs time. With one
// seed, two runs give the same score.
fc.configureGlobal({ endOnFailure: true, seed: 1 });

// The thread may have run another mutant before, whose test failed before it could clean up.
vi.useRealTimers();
vi.unstubAllEnvs();
vi.unstubAllGlobals();

declare module 'vitest' {
  interface ProvidedContext {
    mutantActivation: 'static' | 'runtime' | undefined;
  }
}

// Stryker activates a mutant either before the imports or before the tests. In the second case, the
// imports must not see the mutant of the run before.
if (inject('mutantActivation') !== 'static') {
  const { __stryker__ } = globalThis as { __stryker__?: { activeMutant?: string | undefined } };
  if (__stryker__ !== undefined) __stryker__.activeMutant = undefined;
}
