import {
  strykerValidationSchema,
  strykerPlugins as vitestPlugins,
} from '@stryker-mutator/vitest-runner';
import { discardThread, isThreadUsed, keptThreadPool } from './kept-thread.mjs';
import { createNearestFirst } from './nearest-first.mjs';

export { strykerValidationSchema };

/** The value of TestStatus.Failed in @stryker-mutator/api/test-runner. */
const FAILED = 1;

/**
 * Returns a failed test for each test file that failed as a whole, for example because an import
 * threw an error, and one for errors outside of tests. Vitest exits with an error in both cases. The
 * runner of Stryker 9.6 reports the first case as a mutant that survived, and the second as a mutant
 * that is invalid.
 */
function listFailures({ status, errorMessage }, files) {
  const failures = files
    .filter(({ result }) => result?.state === 'fail' && (result.errors?.length ?? 0) > 0)
    .map(({ filepath, result }) => toFailedTest(filepath, result.errors[0].message));
  if (status === 'error') failures.push(toFailedTest('outside of a test', errorMessage));
  return failures;
}

function toFailedTest(id, failureMessage) {
  return { id, name: id, timeSpentMs: 0, status: FAILED, failureMessage };
}

function usePool(runner, pool) {
  for (const { config } of runner.ctx.projects) {
    config.pool = pool;
    config.poolRunner = keptThreadPool;
  }
}

const { factory } = vitestPlugins.find(({ kind }) => kind === 'TestRunner');

function createStrictRunner(injector) {
  const runner = factory(injector);
  const { run, dryRun, mutantRun } = runner;
  runner.run = async (options) => {
    // If Stryker names the tests, Vitest need not search the imports of every test file for the mutant.
    const is_named = (options?.testIds?.length ?? 0) > 0;
    const result = await run.call(runner, is_named ? { testIds: options.testIds } : options);
    const failures = listFailures(result, runner.ctx.state.getFiles());
    if (failures.length === 0) return result;
    return { status: 'complete', tests: [...(result.tests ?? []), ...failures] };
  };
  // The dry run counts how often each test file reaches each mutant, so each needs its own thread.
  runner.dryRun = (options) => {
    usePool(runner, 'threads');
    return dryRun.call(runner, options);
  };
  runner.mutantRun = async (options) => {
    usePool(runner, keptThreadPool.name);
    runner.ctx.config.sequence.sequencer = createNearestFirst(options.sandboxFileName);
    const result = await mutantRun.call(runner, options);
    // An earlier mutant in the same thread can have left a timer or a promise behind that fails
    // now. Only a new thread can tell.
    const is_doubtful = result.killedBy?.some((id) => !id.includes('#'));
    if (!is_doubtful || !isThreadUsed()) return result;
    await discardThread();
    return mutantRun.call(runner, options);
  };
  return runner;
}
createStrictRunner.inject = factory.inject;

export const strykerPlugins = [
  { kind: 'TestRunner', name: 'strict-vitest', factory: createStrictRunner },
];
