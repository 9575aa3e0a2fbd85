import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { DEPLOYED, MEASURED } from '@aurastream/cost-model';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { expect, it, vi } from 'vitest';
import { LONGEST_WAIT_MS } from '../../../api/deadline.ts';
import { CALLS_PER_ITEM } from '../../../aws/dynamodb/quota/part.ts';
import { computeWriteUnits } from '../../../bench/services/item-size.ts';
import { settings } from '../../../infra/settings.ts';
import { slotsPerWrite } from '../../../processors/analysis/rates.ts';
import { observeConsumer } from '../../../processors/stream/observe.ts';
import { aBatchContext } from '../../support/batch-context.ts';
import { kinesisRecords } from '../../support/kinesis-event.ts';
import { createRandom } from '../../support/random.ts';
import { aResult, rowFor } from '../../support/results.ts';

it('the cost model assumes the deployed settings', () => {
  const { consumer, analysis, results, lake, api, tiers } = settings;
  const quota = settings.quotas.comprehend;
  expect(DEPLOYED).toEqual({
    batch_records: consumer.batch_size,
    window_seconds: consumer.window_seconds,
    memory_gb: consumer.memory_mb / 1_024,
    calls_in_flight: consumer.analyzer_max_in_flight,
    slots_per_write: slotsPerWrite(quota.calls_per_second),
    calls_per_ledger_item: CALLS_PER_ITEM,
    quota_share: expect.closeTo(quota.consumers_calls_per_second / quota.calls_per_second),
    max_record_age_seconds: consumer.max_record_age_seconds,
    results_ttl_seconds: results.ttl_seconds,
    cache_ttl_seconds: analysis.cache_ttl_seconds,
    lake_buffer_seconds: lake.buffer_seconds,
    lake_buffer_mb: lake.buffer_mb,
    lake_raw_days: lake.raw_days,
    lake_merge_seconds: lake.merge_seconds,
    lake_snapshot_days: lake.snapshot_days,
    deleted_objects_days: settings.deleted_objects_days,
    timeout_seconds: consumer.timeout_seconds,
    analysis_share: 0.8,
    metrics: expect.any(Number),
    alarm_metrics: expect.any(Number),
    composite_alarms: expect.any(Number),
    dashboards: expect.any(Number),
    secrets: expect.any(Number),
    api: {
      memory_gb: api.memory_mb / 1_024,
      quota_share: expect.closeTo(quota.sync.api_calls_per_second / quota.sync.calls_per_second),
      longest_wait_seconds: LONGEST_WAIT_MS / 1_000,
      ...api.each_method,
      key_requests_per_second: Math.max(
        ...Object.values(tiers).map(({ requests_per_second }) => requests_per_second),
      ),
    },
  });
  expect(consumer.parallelization_factor).toBe(1);
});

/** Bytes of the lines START, END and REPORT that Lambda logs for an invocation. */
const LAMBDA_LINES_BYTES = 450;

it('the cost model assumes the bytes that a batch logs, and no fewer metrics than it publishes', async () => {
  const written: string[] = [];
  const write = (line: unknown) => void written.push(String(line));
  const logger = new Logger({ serviceName: 'aurastream-consumer' });
  const metrics = new Metrics({ namespace: 'AuraStream', serviceName: 'consumer' });
  for (const level of ['info', 'warn', 'log'] as const) {
    vi.spyOn(logger['console' as never] as Console, level).mockImplementation(write);
    vi.spyOn(metrics['console' as never] as Console, level).mockImplementation(write);
  }
  const observed = observeConsumer(
    async () => ({
      response: { batchItemFailures: [] },
      records: 2_000,
      results: 1_990,
      unchanged: 0,
      not_newer: 0,
      set_asides: 10,
      cancelled: 0,
      failed: 0,
      reasons: { invalid_json: 10 },
      misfits: {},
      failures: {},
    }),
    { logger, metrics, now: Date.now },
  );
  await observed(kinesisRecords(['a']), aBatchContext());
  const bytes = written.reduce((sum, line) => sum + line.length, LAMBDA_LINES_BYTES);
  expect(bytes).toBeGreaterThan(MEASURED.log_bytes_per_batch * 0.7);
  expect(bytes).toBeLessThan(MEASURED.log_bytes_per_batch * 1.1);
  const { _aws } = JSON.parse(written.find((line) => line.includes('_aws'))!) as EmfLine;
  const names = _aws.CloudWatchMetrics.flatMap((one) => one.Metrics);
  expect(names.length).toBeGreaterThan(10);
  expect(names.length).toBeLessThanOrEqual(DEPLOYED.metrics);
});

interface EmfLine {
  _aws: { CloudWatchMetrics: { Metrics: unknown[] }[] };
}

it('the cost model assumes the size of the compressed lake', () => {
  const random = createRandom(1);
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => random.int(16).toString(16)).join('');
  const texts = readFileSync('samples/records.jsonl', 'utf8').split('\n').slice(0, 600);
  const lines = Array.from({ length: 3_000 }, (_, i) => {
    const text = `${texts[i % texts.length]} ${i}`;
    const scores = { positive: random.next(), negative: random.next(), neutral: 0.1, mixed: 0.1 };
    const hash = hex(64);
    return JSON.stringify(aResult({ text, text_hash: hash, record_id: hex(32), scores }));
  });
  const raw = Buffer.from(lines.join('\n'));
  const share = gzipSync(raw).length / raw.length;
  expect(share).toBeGreaterThan(MEASURED.gzip_share * 0.7);
  expect(share).toBeLessThan(MEASURED.gzip_share * 1.2);
});

it('the cost model assumes the sizes that rows and lake lines have', () => {
  const text = 'x'.repeat(140);
  const result = aResult({ text, text_bytes: 140, author: '@user123' });
  const line_bytes = Buffer.byteLength(JSON.stringify(result)) - 140;
  expect(Math.abs(line_bytes - MEASURED.line_bytes)).toBeLessThan(80);
  expect(computeWriteUnits(rowFor(result, 1_800_000_000))).toBe(1);
  const units = (bytes: number) =>
    computeWriteUnits(rowFor(aResult({ text: 'x'.repeat(bytes) }), 1));
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
