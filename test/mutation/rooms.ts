/** A part of the product that has its own mutation score. */
export interface MutatedRoom {
  /** Patterns of the files that are mutated. A pattern that begins with `!` excludes files. */
  sources: string[];
  /** Patterns of the test files that must find the mutants. */
  tests: string[];
  /**
   * Whether the values that are computed once, when a file is loaded, are left out. Each mutant of
   * such a value runs all tests of the room.
   */
  leaves_out_constants?: boolean;
  /**
   * The mutants of one declaration in so many are run. All mutants of such a room take several hours; the
   * score of a sample of some 300 mutants lies within 5 points of theirs.
   */
  one_in?: number;
}

/**
 * The rooms in the order in which `npm run mutate` runs them. A room's own unit tests must find its
 * mutants, so that a promise is tested where it is made. The adapters in aws/ are also tested by the
 * compositions that wire them.
 */
export const MUTATED_ROOMS: Record<string, MutatedRoom> = {
  operations: {
    sources: ['operations/**/*.ts'],
    tests: ['test/unit/operations/**/*.test.ts', 'test/unit/cli/operators.test.ts'],
  },
  'ingest/submission': {
    sources: ['ingest/submission/**/*.ts'],
    tests: ['test/unit/ingest/submission/**/*.test.ts'],
  },
  jobs: {
    sources: ['jobs/**/*.ts'],
    tests: ['test/unit/jobs/**/*.test.ts'],
  },
  budgets: {
    sources: ['budgets/**/*.ts'],
    tests: ['test/unit/budgets/**/*.test.ts'],
  },
  insight: {
    sources: ['insight/**/*.ts'],
    tests: ['test/unit/insight/**/*.test.ts'],
  },
  aws: {
    sources: ['aws/**/*.ts'],
    tests: ['test/unit/aws/**/*.test.ts', 'test/unit/**/compose.test.ts'],
  },
  api: {
    sources: ['api/**/*.ts'],
    tests: ['test/unit/api/**/*.test.ts'],
    // The routes are constants. Their mutants would take three quarters of the time.
    leaves_out_constants: true,
  },
  client: {
    sources: ['client/**/*.ts'],
    tests: ['test/unit/client/**/*.test.ts'],
  },
  schemas: {
    sources: ['schemas/**/*.ts'],
    tests: ['test/unit/schemas/**/*.test.ts'],
    one_in: 6,
  },
  processors: {
    sources: ['processors/**/*.ts'],
    tests: ['test/unit/processors/**/*.test.ts'],
    leaves_out_constants: true,
    one_in: 18,
  },
  ingest: {
    sources: ['ingest/**/*.ts', '!ingest/submission/**'],
    tests: ['test/unit/ingest/*.test.ts', 'test/unit/ingest/{publisher,sources}/**/*.test.ts'],
    leaves_out_constants: true,
    one_in: 18,
  },
};

/** Test files that need so long that they would dominate a run. They still run in the gate. */
export const SLOW_TESTS = [
  'test/unit/**/exactness.test.ts',
  'test/unit/**/*-size-limits.test.ts',
  'test/unit/**/*-fuzz.test.ts',
  'test/unit/api/fuzz.test.ts',
  'test/unit/aws/quota-priority.test.ts',
];

/** Environment variables that tell Stryker's processes which room is mutated, its patience and its sample. */
export const ROOM_VARIABLE = 'MUTATED_ROOM';
export const PATIENCE_VARIABLE = 'MUTATION_PATIENCE';
export const SAMPLE_VARIABLE = 'MUTATION_SAMPLE';
