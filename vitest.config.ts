import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import LongestFirst from './test/support/longest-first.ts';
import { OWN_MODULES, UNIT_SETUP, UNIT_TESTS } from './test/support/unit-tests.ts';

interface Layer {
  include: string[];
  exclude?: string[];
  /** Time limit for one test, in milliseconds. */
  testTimeout: number;
  /** Time limit for one hook, such as `beforeEach`, in milliseconds. */
  hookTimeout: number;
  /** Layers run one after the other, the fastest first. */
  order: number;
  expect?: { requireAssertions: boolean };
  /** Whether each test file loads its modules anew. */
  isolate: boolean;
  /** Number of test files that run at the same time, if it is not the number of the whole run. */
  maxWorkers?: number;
  setupFiles?: string[];
  globalSetup?: string;
}

function layer(name: string, { order, ...rest }: Layer): TestProjectInlineConfiguration {
  return {
    test: {
      name,
      sequence: { groupOrder: order },
      ...rest,
    },
  };
}

const PRODUCT =
  '{schemas,lib,ingest,processors,jobs,insight,api,operations,client,aws,infra,cli}/**/*.{ts,mts,mjs}';
const PACKAGES = 'packages/*/src/**/*.{ts,mjs}';

const UNIT_LAYER = {
  setupFiles: UNIT_SETUP,
  // A test whose assertions all stand in callbacks or loops that never run must fail.
  expect: { requireAssertions: true },
  testTimeout: 60_000,
  // A hook may load CDK, which takes a minute on a busy machine.
  hookTimeout: 120_000,
  order: 0,
};

/** A reporter that prints the ten slowest tests of a run. */
const SLOWEST_TESTS = './test/support/slowest-tests.ts';

/**
 * docs/testing.md describes the purpose of each layer and lists the code that coverage measures.
 */
export default defineConfig({
  test: {
    // On a machine with two cores, more workers would only compete for the cores.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // The projects transform the same modules. With the cache, only the first of them does.
    experimental: { fsModuleCache: true },
    reporters: process.env.CI === undefined ? ['default'] : ['default', SLOWEST_TESTS],
    coverage: {
      provider: 'custom',
      customProviderModule: 'test/child-coverage/module.ts',
      include: [PRODUCT, PACKAGES],
      reporter: ['text-summary', 'html', 'lcovonly', 'json-summary'],
      thresholds: {
        [PRODUCT]: { lines: 85, branches: 80 },
        [PACKAGES]: { lines: 85, branches: 80 },
      },
    },
    projects: [
      layer('unit', {
        ...UNIT_LAYER,
        ...UNIT_TESTS,
        // Each worker loads the modules once, and not once per file. That saves half of the time.
        isolate: false,
      }),
      layer('unit-own-modules', { ...UNIT_LAYER, include: OWN_MODULES, isolate: true }),
      layer('contract', {
        include: ['test/contract/**/*.test.ts', 'packages/*/test/contract/**/*.test.ts'],
        setupFiles: ['test/support/clean-worker.ts'],
        testTimeout: 60_000,
        hookTimeout: 60_000,
        isolate: false,
        order: 1,
      }),
      layer('e2e', {
        include: ['test/e2e/**/*.test.ts'],
        globalSetup: 'test/support/command-setup.ts',
        testTimeout: 240_000,
        hookTimeout: 240_000,
        isolate: true,
        // These tests wait for batching windows, buffers and timers for more than half of their time.
        // Three of them at a time would leave half a core idle.
        maxWorkers: 4,
        order: 2,
      }),
    ],
  },
});
