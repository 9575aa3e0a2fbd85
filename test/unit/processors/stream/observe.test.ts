import { expect, it } from 'vitest';
import type { AnalysisCounts } from '../../../../processors/analysis/counts.ts';
import type { Consumer } from '../../../../processors/stream/consumer.ts';
import { type ObserverDeps, observeConsumer } from '../../../../processors/stream/observe.ts';
import type { BatchReport } from '../../../../processors/stream/tally.ts';
import { aBatchContext } from '../../../support/batch-context.ts';
import { ARRIVED_AT, kinesisRecords, SHARD_ID } from '../../../support/kinesis-event.ts';

const counts: AnalysisCounts = {
  texts: 10,
  empty: 1,
  unsupported: 1,
  failed: 0,
  over_budget: 0,
  budget_errors: 0,
  hits: { batch: 1, memory: 2, table: 3 },
  misses: 2,
  calls: 1,
  documents: 2,
  units: 6,
  asked: {},
  retried_documents: 0,
  throttles: 0,
  cache_errors: 0,
  cache_unreadable: 0,
};

const report: BatchReport = {
  response: { batchItemFailures: [] },
  records: 3,
  results: 2,
  unchanged: 0,
  not_newer: 0,
  set_asides: 1,
  cancelled: 0,
  failed: 0,
  reasons: { invalid_json: 1 },
  misfits: { 'url kept': 2, 'attributes dropped': 1 },
  failures: {},
};

/**
 * Creates a consumer that returns the report `ended` and writes the counts `analysed` into the
 * context of the batch.
 */
const consumerWith =
  (ended: BatchReport, analysed: AnalysisCounts = counts): Consumer =>
  async (_records, context) => {
    Object.assign(context.counts, analysed);
    return ended;
  };

function observe(consumer: Consumer, more: Partial<ObserverDeps> = {}) {
  const lines: { level: string; message: string; fields: object }[] = [];
  const metrics: Record<string, { unit: string; value: number }> = {};
  const published: number[] = [];
  const write = (level: string) => (message: unknown, fields: unknown) => {
    lines.push({ level, message: String(message), fields: fields as object });
  };
  const fake_metrics = {
    addMetric(name: string, unit: string, value: number) {
      metrics[name] = { unit, value };
      return this as never;
    },
    publishStoredMetrics() {
      published.push(Object.keys(metrics).length);
      return this as never;
    },
  };
  const observed = observeConsumer(consumer, {
    logger: { info: write('info'), warn: write('warn'), error: write('error') } as never,
    metrics: fake_metrics,
    now: () => ARRIVED_AT + 5_000,
    ...more,
  });
  const values = () =>
    Object.fromEntries(Object.entries(metrics).map(([name, { value }]) => [name, value]));
  return { observed, lines, metrics, values, published };
}

it('a batch is one log line of counts and codes', async () => {
  const { observed, lines } = observe(consumerWith(report));
  await observed(kinesisRecords({ text: 'I love my cat' }, 'b'), aBatchContext('request-1'));
  expect(lines).toEqual([
    {
      level: 'info',
      message: 'batch processed',
      fields: {
        request_id: 'request-1',
        shard_id: SHARD_ID,
        records_in: 2,
        records: 3,
        results: 2,
        unchanged: 0,
        not_newer: 0,
        set_asides: 1,
        cancelled: 0,
        failed: 0,
        asked_for: 0,
        reasons: { invalid_json: 1 },
        misfits: { 'url kept': 2, 'attributes dropped': 1 },
        failures: {},
        engine: {},
        duration_ms: 0,
        iterator_age_ms: 5_000,
        end_to_end_ms: 5_000,
        analysis: counts,
        quota: {},
      },
    },
  ]);
});

it('a batch is counted in metrics, which are published once', async () => {
  const { observed, metrics, values, published } = observe(
    consumerWith(report, { ...counts, throttles: 4, cache_errors: 1 }),
  );
  await observed(kinesisRecords('a'), aBatchContext());
  expect(published).toEqual([23]);
  expect(values()).toEqual({
    records_in: 1,
    results: 2,
    unchanged: 0,
    not_newer: 0,
    set_asides: 1,
    over_budget: 0,
    position_errors: 0,
    ledger_errors: 0,
    cancelled: 0,
    failed: 0,
    misfits: 3,
    iterator_age_ms: 5_000,
    end_to_end_ms: 5_000,
    cache_hits_batch: 1,
    cache_hits_memory: 2,
    cache_hits_table: 3,
    cache_misses: 2,
    cache_errors: 1,
    cache_unreadable: 0,
    analyzer_calls: 1,
    analyzer_documents: 2,
    analyzer_units: 6,
    analyzer_throttles: 4,
  });
  expect(metrics.iterator_age_ms?.unit).toBe('Milliseconds');
  expect(metrics.results?.unit).toBe('Count');
});

it('records over budget are counted in a metric of their own, and errors of budgets as errors of the ledger', async () => {
  const over = { ...report, set_asides: 3, reasons: { invalid_json: 1, over_budget: 2 } };
  const { observed, values, lines } = observe(
    consumerWith(over, { ...counts, over_budget: 2, budget_errors: 1 }),
  );
  await observed(kinesisRecords('a'), aBatchContext());
  expect(values()).toMatchObject({ set_asides: 1, over_budget: 2, ledger_errors: 1 });
  expect(lines[0]?.level).toBe('warn');
});

it('a position that could not be stored is counted in a metric, and the batch is logged as a warning', async () => {
  const { observed, values, lines } = observe(consumerWith({ ...report, position_errors: 1 }));
  await observed(kinesisRecords('a'), aBatchContext());
  expect(values()).toMatchObject({ position_errors: 1 });
  expect(lines[0]).toMatchObject({ level: 'warn', fields: { position_errors: 1 } });
});

it('the metrics of a batch say what it took of the quota, and the present rate and circuit', async () => {
  const numbers = { granted: 5, refused: 1, waited_ms: 100, throttles: 0, ledger_errors: 0 };
  const before = {
    ...numbers,
    calls_per_second: 10,
    breaker: { open: false, opened: 0, spared: 3 },
  };
  const after = {
    ...numbers,
    granted: 8,
    waited_ms: 350.4,
    ledger_errors: 1,
    calls_per_second: 8,
    breaker: { open: true, opened: 1, spared: 4 },
  };
  let is_first = true;
  const quotaStats = () => {
    const stats = is_first ? before : after;
    is_first = false;
    return stats;
  };
  const { observed, values, lines } = observe(consumerWith(report), { quotaStats });
  await observed(kinesisRecords('a'), aBatchContext());
  expect(lines[0]).toMatchObject({ level: 'warn' });
  expect(values()).toMatchObject({
    quota_calls: 3,
    quota_refused: 0,
    quota_waited_ms: 250,
    quota_calls_per_second: 8,
    ledger_errors: 1,
    breaker_open: 1,
    breaker_spared: 1,
  });
});

it('the log of a batch counts what failed, and what Lambda is asked to deliver again', async () => {
  const batchItemFailures = [{ itemIdentifier: '1' }];
  const failed = { ...report, failed: 3, response: { batchItemFailures } };
  const { observed, lines } = observe(consumerWith(failed));
  await observed(kinesisRecords('a'), aBatchContext());
  expect(lines[0]?.fields).toMatchObject({ failed: 3, asked_for: 1 });
  expect(lines[0]?.fields).not.toHaveProperty('response');
});

it.each(['throttles', 'cache_unreadable'] as const)(
  'a batch with %s is logged as a warning',
  async (count) => {
    const { observed, lines } = observe(consumerWith(report, { ...counts, [count]: 1 }));
    await observed(kinesisRecords('a'), aBatchContext());
    expect(lines.map(({ level }) => level)).toEqual(['warn']);
  },
);

it('the duration of a batch is the time that its consumer took', async () => {
  let at = ARRIVED_AT;
  const slow: Consumer = async (...args) => {
    at += 700;
    return consumerWith(report)(...args);
  };
  const { observed, lines } = observe(slow, { now: () => at });
  await observed(kinesisRecords('a'), aBatchContext());
  expect(lines[0]?.fields).toMatchObject({ duration_ms: 700, iterator_age_ms: 700 });
});

it('a batch with a failure or a cache error is logged as a warning', async () => {
  const failed = observe(consumerWith({ ...report, failed: 1 }));
  await failed.observed(kinesisRecords('a'), aBatchContext());
  const uncached = observe(consumerWith(report, { ...counts, cache_errors: 1 }));
  await uncached.observed(kinesisRecords('a'), aBatchContext());
  expect([...failed.lines, ...uncached.lines].map(({ level }) => level)).toEqual(['warn', 'warn']);
});

it('a bug stops the batch loudly, without the words that its error may quote', async () => {
  const { observed, lines } = observe(() =>
    Promise.reject(new SyntaxError('Unexpected token: secret words')),
  );
  const failure = await observed(kinesisRecords('a'), aBatchContext()).catch(
    (error: Error) => error,
  );
  expect(failure).toBeInstanceOf(Error);
  expect(failure).toMatchObject({ message: 'A bug stopped the batch: SyntaxError' });
  expect((failure as Error).cause).toBeUndefined();
  expect(lines).toMatchObject([
    { level: 'error', message: 'batch stopped by a bug', fields: { error_name: 'SyntaxError' } },
  ]);
  expect(JSON.stringify(lines)).not.toContain('secret');
});
