import { expect, it } from 'vitest';
import { run } from '../support/process.ts';

it('npm run demo accounts for every record of the sample and shows what batching and caching save', async () => {
  const { code, stdout, stderr } = await run([
    'node',
    '--import',
    'tsx',
    'cli/demo/main.ts',
    '--json',
  ]);
  expect(code, stderr).toBe(0);
  const summary = JSON.parse(stdout);
  expect(Object.keys(summary)).toEqual([
    'records',
    'results',
    'set_asides',
    'by_sentiment',
    'by_status',
    'by_language',
    'by_source',
    'cache',
    'comprehend',
    'cost_usd',
    'baseline_cost_usd',
    'seconds',
    'records_per_second',
  ]);
  expect(summary).toMatchObject({
    records: 663,
    results: 659,
    set_asides: 4,
    by_status: { analyzed: 633, empty: 2, withdrawn: 0 },
  });
  const { cache, comprehend } = summary;
  expect(cache.batch + cache.memory + cache.table + cache.miss).toBe(summary.by_status.analyzed);
  // All records come by one shard, so no text is asked for twice: 378 texts, and the chunks of the four
  // long ones. In one batch they are 20 calls, 76 % full. On a busy machine the file may come in two.
  expect(cache.miss).toBe(378);
  expect(comprehend.documents).toBe(382);
  expect(comprehend.calls).toBeLessThanOrEqual(34);
  expect(summary.cost_usd).toBeLessThan(summary.baseline_cost_usd);
});
