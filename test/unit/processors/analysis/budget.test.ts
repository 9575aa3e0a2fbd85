import { describe, expect, it } from 'vitest';
import { createBudget } from '../../../../budgets/budget.ts';
import type { AnalysisRequest } from '../../../../processors/analysis/outcome.ts';
import { budgetLimitsSchema, ServiceError } from '../../../../schemas/index.ts';
import { createFakeAnalyzer } from '../../../fakes/analyzer.ts';
import { createFakeBudgetLedger } from '../../../fakes/budget-ledger.ts';
import { testAnalysis } from './test-analysis.ts';

const acme = { month: '2026-11', account: 'tenant.acme' };
const ask = (tenant: string, ...texts: string[]): AnalysisRequest[] =>
  texts.map((text) => ({ tenant, text, language: 'en' }));

function world(limits: object, analyzer = createFakeAnalyzer()) {
  const { ledger, readTaken } = createFakeBudgetLedger();
  const budget = createBudget({
    ledger,
    limits: budgetLimitsSchema.parse(limits),
    now: () => Date.UTC(2026, 10, 23),
  });
  return { ...testAnalysis({ analyzer: analyzer.analyzer, budget }), budget, readTaken, analyzer };
}

describe('a text that no tenant can pay for', () => {
  it('A text over budget fails for good with the scope and the month, and is not sent to the analyzer', async () => {
    const { analyseAll, analyzer, counts } = world({ per_tenant: 6 });
    const outcomes = await analyseAll(ask('acme', 'one', 'two', 'three'));
    expect(outcomes[2]).toEqual({
      status: 'failed',
      code: 'OverBudget',
      retryable: false,
      throttled: false,
      over_budget: { scope: 'tenant', month: '2026-11' },
    });
    expect(analyzer.calls.flatMap(({ documents }) => documents)).toEqual(['one', 'two']);
    expect(counts[0]).toMatchObject({ texts: 3, misses: 2, failed: 1, over_budget: 1 });
  });

  it('Cached verdicts and repeats cost nothing, also for a tenant without a budget', async () => {
    const { analyseAll, readTaken } = world({ by_tenant: { acme: 6, poor: 0 } });
    await analyseAll(ask('acme', 'one', 'one', 'one'));
    expect(readTaken(acme)).toBe(3);
    const outcomes = await analyseAll([...ask('poor', 'one', 'two'), ...ask('acme', 'two')]);
    expect(outcomes).toMatchObject([
      { status: 'analyzed', cache: 'memory' },
      { status: 'analyzed', cache: 'miss' },
      { status: 'analyzed', cache: 'batch' },
    ]);
    expect(readTaken(acme)).toBe(6);
  });

  it('Texts that are empty or in an unsupported language cost nothing', async () => {
    const { analyseAll, readTaken } = world({ per_tenant: 6 });
    await analyseAll([
      { tenant: 'acme', text: '  ', language: 'en' },
      { tenant: 'acme', text: 'Qap', language: 'tlh' },
    ]);
    expect(readTaken(acme)).toBe(0);
  });
});

it('A text whose call fails costs nothing', async () => {
  const analyzer = createFakeAnalyzer();
  const error = new ServiceError('comprehend', 'Down', { retryable: true });
  const { analyseAll, readTaken } = world(
    { per_tenant: 30 },
    {
      ...analyzer,
      analyzer: { ...analyzer.analyzer, detectSentiment: () => Promise.reject(error) },
    },
  );
  expect(await analyseAll(ask('acme', 'one', 'two'))).toMatchObject([
    { status: 'failed', code: 'Down' },
    { status: 'failed', code: 'Down' },
  ]);
  expect(readTaken(acme)).toBe(0);
});

it('While the ledger does not answer and the credit is used up, texts fail and may be retried', async () => {
  const analyzer = createFakeAnalyzer();
  const error = new ServiceError('dynamodb', 'Down', { retryable: true });
  const { ledger } = createFakeBudgetLedger();
  const { analyseAll, counts } = testAnalysis({
    analyzer: analyzer.analyzer,
    budget: createBudget({
      ledger: { ...ledger, take: () => Promise.reject(error) },
      limits: budgetLimitsSchema.parse({ per_tenant: 300 }),
      now: () => Date.UTC(2026, 10, 23),
    }),
  });
  const outcomes = await analyseAll(ask('acme', 'one', 'two'));
  expect(outcomes).toMatchObject([
    { status: 'analyzed' },
    { status: 'failed', code: 'Down', retryable: true },
  ]);
  expect(outcomes[1]).not.toHaveProperty('over_budget');
  expect(counts[0]?.budget_errors).toBe(1);
});
