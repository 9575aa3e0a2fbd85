import type { Reporter, TestModule } from 'vitest/node';

const SHOWN = 10;

/** A reporter that prints the slowest tests of a run. CI adds this reporter. */
export default class SlowestTests implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) =>
      [...module.children.allTests()].map((test) => ({
        seconds: (test.diagnostic()?.duration ?? 0) / 1_000,
        file: module.relativeModuleId,
        name: test.fullName,
      })),
    );
    const slowest = tests.sort((a, b) => b.seconds - a.seconds).slice(0, SHOWN);
    console.log(`The ${slowest.length} slowest of ${tests.length} tests:`);
    for (const { seconds, file, name } of slowest) {
      console.log(`${seconds.toFixed(1).padStart(7)} s  ${file}  ${name}`);
    }
  }
}
