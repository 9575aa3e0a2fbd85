import { defineConfig } from 'vitest/config';

/**
 * Unit test files that take longer than a second, or that need modules of their own. `npm run
 * test:unit` runs them.
 */
const SLOW = [
  'packages/embedded-cloud/test/unit/comprehend/analyzer.test.ts',
  'packages/language-detector/test/rank.test.ts',
  'test/infra/**',
  'test/unit/api/analyze-sync.test.ts',
  'test/unit/api/fuzz.test.ts',
  'test/unit/api/http/cursor.test.ts',
  'test/unit/api/routes/callback-check.test.ts',
  'test/unit/chaos/check.test.ts',
  'test/unit/cli/**',
  'test/unit/ingest/publisher.test.ts',
  'test/unit/ingest/sources/rows.test.ts',
  'test/unit/ingest/submission/exactness.test.ts',
  'test/unit/ingest/submission/input.test.ts',
  'test/unit/ingest/submission/submit.test.ts',
  'test/unit/jobs/exactness.test.ts',
  'test/unit/jobs/sweep.test.ts',
  'test/unit/operations/restore.test.ts',
  'test/unit/processors/analysis/analysis.test.ts',
  'test/unit/processors/analysis/compose-detection.test.ts',
  'test/unit/processors/analysis/rate-limiter.test.ts',
  'test/unit/processors/stream/decode.test.ts',
  'test/unit/rooms.test.ts',
  'test/unit/scale/**',
  'test/unit/scripts/dropped-results.test.ts',
  'test/unit/simulation/**',
  'test/unit/support/endless-loops.test.ts',
];

/** The fast unit tests, for `npm run test:quick`. */
export default defineConfig({
  test: {
    name: 'quick',
    include: ['test/unit/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
    exclude: ['packages/*/test/contract/**', ...SLOW],
    setupFiles: ['test/support/no-processes-no-sockets.ts'],
    maxWorkers: 2,
    // Loading the modules once per worker instead of once per file saves most of the time.
    isolate: false,
    testTimeout: 20_000,
  },
});
