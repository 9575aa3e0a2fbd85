import { readFileSync } from 'node:fs';
import { DEPLOYED, MEASURED } from '@aurastream/cost-model';
import { expect, it } from 'vitest';
import { rowOf } from '../../../aws/dynamodb/results/row.ts';
import { computeWriteUnits } from '../../../bench/services/item-size.ts';
import { settings } from '../../../infra/settings.ts';
import { slotsPerWrite } from '../../../processors/analysis/rates.ts';
import { aResult } from '../../support/results.ts';

it('the cost model assumes the deployed settings', () => {
  const { consumer, analysis, results, lake } = settings;
  const quota = settings.quotas.comprehend;
  expect(DEPLOYED).toEqual({
    batch_records: consumer.batch_size,
    window_seconds: consumer.window_seconds,
    memory_gb: consumer.memory_mb / 1_024,
    calls_in_flight: consumer.analyzer_max_in_flight,
    slots_per_write: slotsPerWrite(quota.calls_per_second),
    quota_share: expect.closeTo(quota.consumers_calls_per_second / quota.calls_per_second),
    max_record_age_seconds: consumer.max_record_age_seconds,
    results_ttl_seconds: results.ttl_seconds,
    cache_ttl_seconds: analysis.cache_ttl_seconds,
    lake_buffer_seconds: lake.buffer_seconds,
    lake_buffer_mb: lake.buffer_mb,
  });
  expect(consumer.parallelization_factor).toBe(1);
});

it('the cost model assumes the sizes that rows and lake lines have', () => {
  const text = 'x'.repeat(140);
  const result = aResult({ text, text_bytes: 140, author: '@user123' });
  const line_bytes = Buffer.byteLength(JSON.stringify(result)) - 140;
  expect(Math.abs(line_bytes - MEASURED.line_bytes)).toBeLessThan(80);
  expect(computeWriteUnits(rowOf(result, 1_800_000_000))).toBe(1);
  const units = (bytes: number) =>
    computeWriteUnits(rowOf(aResult({ text: 'x'.repeat(bytes) }), 1));
  expect(units(1_024 - MEASURED.row_bytes + 100)).toBe(2);
});

it('the cost model assumes CPU times in the proportions of docs/figures.md', () => {
  const page = readFileSync('docs/figures.md', 'utf8');
  const readMeasured = (load: string) => {
    const line = page.split('\n').find((row) => row.startsWith(`| cpu_ms_per_1000.${load} |`));
    const [, , ours, per_record] = line!
      .split('|')
      .map((cell) => Number.parseFloat(cell.replace(',', '')));
    return { ours: ours!, per_record: per_record! };
  };
  const base = readMeasured('base');
  const planFor = (bytes: number) =>
    MEASURED.cpu_ms_per_1000 + MEASURED.cpu_ms_per_1000_and_byte * bytes;
  const long = readMeasured('characters_4900').ours / base.ours;
  const without_batches = base.per_record / base.ours;
  expect(planFor(4_900) / planFor(140) / long).toBeGreaterThan(0.6);
  expect(planFor(4_900) / planFor(140) / long).toBeLessThan(1.6);
  expect(MEASURED.per_record_cpu_ms_per_1000 / planFor(140) / without_batches).toBeGreaterThan(0.7);
  expect(MEASURED.per_record_cpu_ms_per_1000 / planFor(140) / without_batches).toBeLessThan(1.6);
});
