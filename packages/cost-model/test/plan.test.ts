import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowOf } from '../../../aws/dynamodb/results/row.ts';
import { writeUnits } from '../../../bench/services/item-size.ts';
import { settings } from '../../../infra/settings.ts';
import { slotsPerWrite } from '../../../processors/analysis/rates.ts';
import { aResult } from '../../../test/support/results.ts';
import { consumptionOf } from '../src/consumption.ts';
import { DEPLOYED, loadSchema, MEASURED } from '../src/load.ts';
import { planOf } from '../src/plan.ts';

const load = fc
  .record({
    records_per_second: fc.double({ min: 0.01, max: 1_000_000, noNaN: true }),
    characters: fc.integer({ min: 1, max: 100_000 }),
    repeat_share: fc.double({ min: 0, max: 1, noNaN: true }),
    bytes_per_character: fc.constantFrom(1, 2, 3),
    languages: fc.integer({ min: 1, max: 12 }),
    quota_calls_per_second: fc.double({ min: 1, max: 10_000, noNaN: true }),
  })
  .map((fields) => loadSchema.parse(fields));

const base = loadSchema.parse({ records_per_second: 500, characters: 140, repeat_share: 0.6 });

describe('a plan', () => {
  it('asks for a quota that carries the load', () => {
    fc.assert(
      fc.property(load, (asked) => {
        const { quota_to_ask_for } = planOf(asked).comprehend;
        const with_it = { ...asked, quota_calls_per_second: Math.max(1, quota_to_ask_for) };
        expect(planOf(with_it).under_the_quota.hours_until_records_leave).toBeNull();
      }),
    );
  });

  it('says that a load falls behind exactly where the quota does not carry it', () => {
    fc.assert(
      fc.property(load, (asked) => {
        const { under_the_quota } = planOf(asked);
        const { records_per_second } = under_the_quota;
        const is_behind =
          records_per_second !== null && asked.records_per_second > records_per_second;
        expect(under_the_quota.lag_seconds_per_hour > 0).toBe(is_behind);
      }),
    );
  });

  it('costs more for more and longer texts, and less for repeats', () => {
    fc.assert(
      fc.property(load, fc.double({ min: 0.1, max: 1, noNaN: true }), (asked, part) => {
        const usd = (change: object) => planOf({ ...asked, ...change }).usd_per_month.total;
        const all = usd({}) + 1e-6;
        expect(usd({ records_per_second: asked.records_per_second * part })).toBeLessThanOrEqual(
          all,
        );
        expect(usd({ characters: Math.ceil(asked.characters * part) })).toBeLessThanOrEqual(
          all * 1.2,
        );
        expect(usd({ repeat_share: Math.min(1, asked.repeat_share + part) })).toBeLessThanOrEqual(
          all,
        );
      }),
    );
  });

  it('has a number for everything, up to a million records a second', () => {
    fc.assert(
      fc.property(load, (asked) => {
        const numbers = JSON.stringify(planOf(asked), (_name, value: unknown) => {
          if (typeof value === 'number' && !(Number.isFinite(value) && value >= 0)) {
            throw new RangeError(`${value}`);
          }
          return value;
        });
        expect(numbers).toContain('usd_per_month');
      }),
    );
    const { raise, sources } = planOf({ ...base, records_per_second: 1_000_000 });
    expect(raise.map(({ limit }) => limit.split(/[,:]/)[0])).toEqual([
      'Comprehend',
      'Lambda',
      'DynamoDB',
      'Firehose',
    ]);
    expect(sources).toBe(125);
  });

  it('says of a million records what the month says of all', () => {
    fc.assert(
      fc.property(load, (asked) => {
        const { usd_per_month, usd_per_million } = planOf(asked);
        const millions = (asked.records_per_second * 730 * 3_600) / 1e6;
        const ratio = usd_per_month.total / (usd_per_million.total * millions);
        expect(ratio).toBeCloseTo(1, 9);
      }),
    );
    const small = planOf({ ...base, records_per_second: 0.5 }).usd_per_million;
    const large = planOf({ ...base, records_per_second: 5_000 }).usd_per_million;
    // The last tier of Comprehend's price is a quarter of the first.
    expect(small.analysis / large.analysis).toBeGreaterThan(3.5);
    expect(small.stream).toBeGreaterThan(large.stream);
  });

  it('pays for an object of the lake each minute, for more of a large load, and for no more than records', () => {
    const ofLake = (records_per_second: number) =>
      planOf({ ...base, records_per_second }).usd_per_month.lake;
    const BYTES = 140 + MEASURED.line_bytes;
    const month_gb = (730 * 3_600 * BYTES) / 2 ** 30;
    const minutes = ofLake(1) - month_gb * 0.023;
    // 43,800 objects; the rest is Firehose, which rounds a single line up to 5 KB.
    expect(minutes).toBeGreaterThan(0.219);
    expect(ofLake(1 / 86_400)).toBeLessThan(0.001);
    const large = (ofLake(200_000) - ofLake(100_000)) / 100_000;
    const puts_usd = ((730 * 3_600 * BYTES) / (64 * 1_048_576)) * 5e-6;
    expect(large).toBeGreaterThan(month_gb * (0.023 + 0.029) + puts_usd * 0.99);
  });

  it('raises nothing for a load that the defaults carry', () => {
    expect(planOf({ ...base, records_per_second: 100 }).raise).toEqual([]);
  });
});

describe('its model', () => {
  it('is that of the deployment', () => {
    const { consumer, analysis, results, lake } = settings;
    expect(DEPLOYED).toEqual({
      batch_records: consumer.batch_size,
      window_seconds: consumer.window_seconds,
      memory_gb: consumer.memory_mb / 1_024,
      calls_in_flight: consumer.comprehend_max_in_flight,
      slots_per_write: slotsPerWrite(analysis.quota_calls_per_second),
      quota_share: expect.closeTo(
        consumer.comprehend_calls_per_second / analysis.quota_calls_per_second,
      ),
      max_record_age_seconds: consumer.max_record_age_seconds,
      results_ttl_seconds: results.ttl_seconds,
      cache_ttl_seconds: analysis.cache_ttl_seconds,
      lake_buffer_seconds: lake.buffer_seconds,
      lake_buffer_mb: lake.buffer_mb,
    });
    expect(consumer.parallelization_factor).toBe(1);
  });

  it('knows what a row and a line weigh', () => {
    const text = 'x'.repeat(140);
    const result = aResult({ text, text_bytes: 140, author: '@user123' });
    const line_bytes = Buffer.byteLength(JSON.stringify(result)) - 140;
    expect(Math.abs(line_bytes - MEASURED.line_bytes)).toBeLessThan(80);
    expect(writeUnits(rowOf(result, 1_800_000_000))).toBe(1);
    const units = (bytes: number) => writeUnits(rowOf(aResult({ text: 'x'.repeat(bytes) }), 1));
    expect(units(1_024 - MEASURED.row_bytes + 100)).toBe(2);
  });

  it('has the CPU times of docs/figures.md, in proportion: machines differ', () => {
    const page = readFileSync('docs/figures.md', 'utf8');
    const measured = (load: string) => {
      const line = page.split('\n').find((row) => row.startsWith(`| cpu_ms_per_1000.${load} |`));
      const [, , ours, per_record] = line!
        .split('|')
        .map((cell) => Number.parseFloat(cell.replace(',', '')));
      return { ours: ours!, per_record: per_record! };
    };
    const base = measured('base');
    const planned = (bytes: number) =>
      MEASURED.cpu_ms_per_1000 + MEASURED.cpu_ms_per_1000_and_byte * bytes;
    const long = measured('characters_4900').ours / base.ours;
    const without_batches = base.per_record / base.ours;
    expect(planned(4_900) / planned(140) / long).toBeGreaterThan(0.6);
    expect(planned(4_900) / planned(140) / long).toBeLessThan(1.6);
    expect(MEASURED.per_record_cpu_ms_per_1000 / planned(140) / without_batches).toBeGreaterThan(
      0.7,
    );
    expect(MEASURED.per_record_cpu_ms_per_1000 / planned(140) / without_batches).toBeLessThan(1.6);
  });

  it('takes a call for each language of a small batch, and full calls of a large one', () => {
    const calls = (languages: number, batch: number) =>
      (consumptionOf({ ...base, repeat_share: 0, languages }, batch).comprehend_calls * batch) /
      1_000;
    expect(calls(12, 12)).toBeCloseTo(12);
    expect(calls(1, 1_000)).toBeCloseTo(40.5);
  });
});
