import { expect, it } from 'vitest';
import { analyseAll } from '../../../../processors/analysis/analyse-all.ts';
import type { Analyse } from '../../../../processors/analysis/analysis.ts';
import { createAnalysisContext } from '../../../../processors/analysis/context.ts';
import type { AnalysisOutcome } from '../../../../processors/analysis/outcome.ts';

const request = (text: string) => ({ tenant: 'acme', text, language: 'en' });
const outcome = (code: string): AnalysisOutcome => ({
  status: 'failed',
  code,
  retryable: true,
  throttled: false,
});

it('analyseAll returns the outcomes in the order of the requests, in whatever order they become known', async () => {
  const analyse: Analyse = async function* (requests) {
    const [a, b, c] = requests;
    yield [[c!, outcome('c')]];
    yield [
      [b!, outcome('b')],
      [a!, outcome('a')],
    ];
  };
  const outcomes = await analyseAll(analyse, [request('a'), request('a'), request('b')]);
  expect(outcomes).toEqual([outcome('a'), outcome('b'), outcome('c')]);
});

it('analyseAll ends only after the new verdicts are in the caches', async () => {
  const context = createAnalysisContext();
  const order: string[] = [];
  const analyse: Analyse = async function* (requests, { cache_writes }) {
    yield requests.map((one) => [one, outcome('x')]);
    cache_writes.add(
      new Promise((resolve) => setImmediate(resolve)).then(() => void order.push('written')),
    );
  };
  await analyseAll(analyse, [request('a')], context);
  order.push('ended');
  expect(order).toEqual(['written', 'ended']);
});

it('a request that the analysis leaves without an outcome is a bug', async () => {
  const analyse: Analyse = async function* () {
    yield [];
  };
  await expect(analyseAll(analyse, [request('a')])).rejects.toThrow(
    'The analysis left a request without an outcome',
  );
});
