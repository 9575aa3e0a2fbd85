import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Test files that take longer than about 20 s, the longest first. A short file can wait or start one
 * cloud after the other for a long time, so the size of a file does not tell.
 */
export const LONG_FILES = [
  'test/contract/simulation-mutants.test.ts',
  'test/contract/consumer-memory.test.ts',
  'test/contract/public-api.test.ts',
  'test/e2e/jobs.test.ts',
  'test/e2e/dashboard.test.ts',
  'test/e2e/chaos.test.ts',
  'test/e2e/lake.test.ts',
  'test/e2e/smoke.test.ts',
  'test/e2e/stream.test.ts',
  'test/e2e/api.test.ts',
  'test/e2e/redrive.test.ts',
  'test/e2e/api-faults.test.ts',
  'test/e2e/privacy.test.ts',
  'test/e2e/erase.test.ts',
  'test/e2e/cli-jobs.test.ts',
  'test/e2e/cli.test.ts',
  'test/e2e/live-beside-bulk.test.ts',
  'test/e2e/extension.test.ts',
  'test/e2e/long-submission.test.ts',
  'test/e2e/two-environments.test.ts',
  'test/e2e/demo.test.ts',
  'test/e2e/payloads.test.ts',
  'test/e2e/allowed-callers.test.ts',
  'test/e2e/sync-quota.test.ts',
  'test/e2e/outage.test.ts',
  'test/e2e/download.test.ts',
  'test/e2e/uploads.test.ts',
  'test/e2e/bench.test.ts',
  'test/e2e/budgets.test.ts',
  'test/e2e/full-disk.test.ts',
  'test/e2e/privacy-engine.test.ts',
];

/**
 * Starts the long files of a layer first. Otherwise one of them could run alone at the end, while the
 * other workers have nothing left to do. A clean clone has no durations of earlier runs.
 */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const path = relative(this.ctx.config.root, moduleId).replaceAll('\\', '/');
      const index = LONG_FILES.indexOf(path);
      return index === -1 ? LONG_FILES.length : index;
    };
    const layer = ({ project }: TestSpecification) => project.config.sequence.groupOrder;
    const sorted = await super.sort(files);
    return sorted.sort((a, b) => layer(a) - layer(b) || rank(a) - rank(b));
  }
}
