import { describe, expect, it } from 'vitest';
import type { AnalysisStats } from '../../../../processors/analysis/analysis.ts';
import type { BatchReport } from '../../../../processors/stream/consumer.ts';
import { createObserver, type ObserverDeps } from '../../../../processors/stream/observe.ts';
import { ARRIVED_AT, kinesisRecords, SHARD_ID } from '../../../support/kinesis-event.ts';

const stats: AnalysisStats = {
  texts: 10,
  empty: 1,
  unsupported: 1,
  failed: 0,
  hits: { batch: 1, memory: 2, table: 3 },
  misses: 2,
  calls: 1,
  documents: 2,
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
  set_asides: 1,
  cancelled: 0,
  failed: 0,
  reasons: { invalid_json: 1 },
  failures: {},
};

function observing(more: Partial<ObserverDeps> = {}) {
  const lines: { level: string; message: string; fields: object }[] = [];
  const metrics: Record<string, { unit: string; value: number }> = {};
  const published: number[] = [];
  const write = (level: string) => (message: unknown, fields: unknown) => {
    lines.push({ level, message: String(message), fields: fields as object });
  };
  const published_metrics = {
    addMetric(name: string, unit: string, value: number) {
      metrics[name] = { unit, value };
      return this as never;
    },
    publishStoredMetrics() {
      published.push(Object.keys(metrics).length);
      return this as never;
    },
  };
  const observer = createObserver({
    logger: { info: write('info'), warn: write('warn'), error: write('error') } as never,
    metrics: published_metrics,
    now: () => ARRIVED_AT + 5_000,
    ...more,
  });
  return { ...observer, lines, metrics, published };
}

describe('a batch', () => {
  it('is told in one log line, of counts and codes', async () => {
    const { observed, on_stats, lines } = observing();
    const consume = observed(async () => {
      on_stats(stats);
      return report;
    });
    await consume(kinesisRecords({ text: 'I love my cat' }, 'b'), 'request-1');
    expect(lines).toEqual([
      {
        level: 'info',
        message: 'batch',
        fields: {
          request_id: 'request-1',
          shard_id: SHARD_ID,
          records_in: 2,
          records: 3,
          results: 2,
          set_asides: 1,
          cancelled: 0,
          failed: 0,
          asked_for: 0,
          reasons: { invalid_json: 1 },
          failures: {},
          duration_ms: 0,
          iterator_age_ms: 5_000,
          end_to_end_ms: 5_000,
          analysis: stats,
          quota: {},
        },
      },
    ]);
  });

  it('is counted in metrics, published once', async () => {
    const { observed, on_stats, metrics, published } = observing();
    const consume = observed(async () => {
      on_stats({ ...stats, throttles: 4, cache_errors: 1 });
      return report;
    });
    await consume(kinesisRecords('a'), 'request-1');
    expect(published).toEqual([16]);
    expect(
      Object.fromEntries(Object.entries(metrics).map(([name, { value }]) => [name, value])),
    ).toEqual({
      records_in: 1,
      results: 2,
      set_asides: 1,
      cancelled: 0,
      failed: 0,
      iterator_age_ms: 5_000,
      end_to_end_ms: 5_000,
      cache_hits_batch: 1,
      cache_hits_memory: 2,
      cache_hits_table: 3,
      cache_misses: 2,
      cache_errors: 1,
      cache_unreadable: 0,
      comprehend_calls: 1,
      comprehend_documents: 2,
      comprehend_throttles: 4,
    });
    expect(metrics.iterator_age_ms?.unit).toBe('Milliseconds');
    expect(metrics.results?.unit).toBe('Count');
  });

  it('tells what it took of the quota, and how things stand', async () => {
    const numbers = { granted: 5, refused: 1, waited_ms: 100, throttles: 0, ledger_errors: 0 };
    const governor = [
      { ...numbers, calls_per_second: 10, breaker: { open: false, opened: 0, spared: 3 } },
      {
        ...numbers,
        granted: 8,
        waited_ms: 350.4,
        ledger_errors: 1,
        calls_per_second: 8,
        breaker: { open: true, opened: 1, spared: 4 },
      },
    ];
    const { observed, metrics, lines } = observing({ governor: () => governor.shift()! });
    await observed(async () => report)(kinesisRecords('a'), 'request-1');
    expect(lines[0]).toMatchObject({ level: 'warn' });
    expect(
      Object.fromEntries(Object.entries(metrics).map(([name, { value }]) => [name, value])),
    ).toMatchObject({
      quota_calls: 3,
      quota_refused: 0,
      quota_waited_ms: 250,
      quota_calls_per_second: 8,
      ledger_errors: 1,
      breaker_open: 1,
      breaker_spared: 1,
    });
  });

  it('with trouble is a warning', async () => {
    const { observed, on_stats, lines } = observing();
    await observed(async () => ({ ...report, failed: 1 }))(kinesisRecords('a'), 'r');
    await observed(async () => {
      on_stats({ ...stats, cache_errors: 1 });
      return report;
    })(kinesisRecords('a'), 'r');
    expect(lines.map(({ level }) => level)).toEqual(['warn', 'warn']);
  });

  it('does not tell what another batch took', async () => {
    const { observed, on_stats, lines } = observing();
    const quiet = observed(async () => report);
    const loud = observed(async () => {
      await Promise.resolve();
      on_stats(stats);
      return report;
    });
    await Promise.all([loud(kinesisRecords('a'), 'loud'), quiet(kinesisRecords('a'), 'quiet')]);
    const told = lines.map(({ fields }) => fields as { request_id: string; analysis?: object });
    expect(told.find(({ request_id }) => request_id === 'loud')?.analysis).toEqual(stats);
    expect(told.find(({ request_id }) => request_id === 'quiet')?.analysis).toBeUndefined();
  });

  it('stopped by a bug fails loudly, and without the words that the error may quote', async () => {
    const { observed, lines } = observing();
    const consume = observed(() =>
      Promise.reject(new SyntaxError('Unexpected token: secret words')),
    );
    const failure = await consume(kinesisRecords('a'), 'r').catch((error: Error) => error);
    expect(failure).toBeInstanceOf(Error);
    expect((failure as Error).message).toBe('A bug stopped the batch: SyntaxError');
    expect((failure as Error).cause).toBeUndefined();
    expect(lines).toMatchObject([
      { level: 'error', message: 'bug', fields: { error_name: 'SyntaxError' } },
    ]);
    expect(JSON.stringify(lines)).not.toContain('secret');
  });
});
