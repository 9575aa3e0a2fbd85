import {
  strykerValidationSchema,
  strykerPlugins as vitestPlugins,
} from '@stryker-mutator/vitest-runner';

export { strykerValidationSchema };

/** The value of TestStatus.Failed in @stryker-mutator/api/test-runner. */
const FAILED = 1;

/**
 * Returns the messages of test files that failed as a whole, for example because an import threw an
 * error.
 */
function listFileErrors(files) {
  return files
    .filter(({ result }) => result?.state === 'fail' && (result.errors?.length ?? 0) > 0)
    .map(({ filepath, result }) => ({ filepath, message: result.errors[0].message }));
}

/**
 * Adds a failed test for each test file that failed as a whole, and one for errors outside of tests.
 * Vitest exits with an error in both cases. The runner of Stryker 9.6 reports the first case as a
 * mutant that survived, and the second as a mutant that is invalid.
 */
function addFailures(result, files) {
  const failures = listFileErrors(files).map(({ filepath, message }) =>
    toFailedTest(filepath, message),
  );
  if (result.status === 'error')
    failures.push(toFailedTest('outside of a test', result.errorMessage));
  if (failures.length === 0) return result;
  return { status: 'complete', tests: [...(result.tests ?? []), ...failures] };
}

function toFailedTest(id, failureMessage) {
  return { id, name: id, timeSpentMs: 0, status: FAILED, failureMessage };
}

const { factory } = vitestPlugins.find(({ kind }) => kind === 'TestRunner');

function createStrictRunner(injector) {
  const runner = factory(injector);
  const run = runner.run.bind(runner);
  runner.run = async (options) => addFailures(await run(options), runner.ctx.state.getFiles());
  return runner;
}
createStrictRunner.inject = factory.inject;

export const strykerPlugins = [
  { kind: 'TestRunner', name: 'strict-vitest', factory: createStrictRunner },
];
