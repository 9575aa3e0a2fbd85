import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Consumed } from '../support/consume-file.ts';
import { kinesisRecords, sequenceNumber } from '../support/kinesis-event.ts';
import { kplAggregate } from '../support/kpl.ts';
import { run } from '../support/process.ts';

const MIB = 1_048_576;
/** Half of the memory of the deployed function (infra/settings.ts). */
const MOST_MIB = 512;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aurastream-memory-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the consumer in a process of its own on one batch. */
async function consume(data: unknown[], remaining_ms: number): Promise<Consumed> {
  const path = join(folder, 'event.json');
  await writeFile(path, JSON.stringify({ Records: kinesisRecords(...data) }));
  // Lambda limits the heap to a share of the function's memory. Without a limit, V8 would let garbage
  // fill the machine.
  const node = ['node', '--max-old-space-size=384', '--import', 'tsx'];
  const command = [...node, 'test/support/consume-file.ts', path];
  const { code, stdout, stderr } = await run([...command, String(remaining_ms)]);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Consumed;
}

const LONG_END = gzipSync(`${'a'.repeat(MIB - 20)}"}`);

/**
 * A gzipped record of about 1 KiB with a text of almost 1 MiB, which V8 stores in 2 MiB. All records
 * share the second part of their gzip, because compressing each of them would take long.
 */
function aBomb(index: number): Buffer {
  const start = `{"record_id":"r${index}","source":"s","language":"en","text":"ж${index} `;
  return Buffer.concat([gzipSync(start), LONG_END]);
}

const GOOD = { record_id: 'good', source: 's', text: 'A good record', language: 'en' };

it('an aggregate of 1 MB that unpacks to 1 GB takes at most 512 MiB, and the record behind it is processed', async () => {
  const bombs = Array.from({ length: 930 }, (_, i) => ({ partition_key: 'k', data: aBomb(i) }));
  const consumed = await consume([kplAggregate(bombs), GOOD], 120_000);
  expect(consumed).toMatchObject({
    failed: 0,
    again_from: null,
    reasons: { too_large: consumed.set_asides },
  });
  expect(consumed.results).toBeGreaterThanOrEqual(64);
  expect(consumed.results + consumed.set_asides).toBe(931);
  expect(consumed.peak_mib).toBeLessThanOrEqual(MOST_MIB);
}, 120_000);

it('a batch of 2,000 gzipped texts of 1 MiB takes at most 512 MiB, and what its time allows is processed', async () => {
  const bombs = Array.from({ length: 2_000 }, (_, i) => aBomb(i));
  const consumed = await consume(bombs, 20_000);
  expect(consumed.results + consumed.failed).toBe(2_000);
  expect(consumed.results).toBeGreaterThan(0);
  expect(consumed.failures).toHaveProperty('decode OutOfTime');
  expect(consumed.again_from).not.toBe(sequenceNumber(1));
  expect(consumed.peak_mib).toBeLessThanOrEqual(MOST_MIB);
}, 120_000);

it('records whose JSON is made to fill the memory take at most 512 MiB, and the record behind them is processed', async () => {
  const texts = [
    `[${'[],'.repeat(2 * MIB)}[]]`,
    `[${'{},'.repeat(2 * MIB)}{}]`,
    '['.repeat(3 * MIB) + ']'.repeat(3 * MIB),
    `{"source":"s","text":[${'"",'.repeat(2 * MIB)}""]}`,
    String.raw`["\ud83d",${'[],'.repeat(2 * MIB)}[]]`,
    `{${Array.from({ length: 500_000 }, (_, i) => `"${i}":0`).join(',')}}`,
  ];
  const tiny = Array.from({ length: 5_000 }, (_, i) => ({
    partition_key: 'k',
    data: Buffer.from(JSON.stringify({ text: `${i}`, source: 's' })),
  }));
  const bad = Array.from({ length: 100_000 }, () => ({
    partition_key: 'k',
    data: Buffer.from('x'),
  }));
  const data = [
    ...texts.map((text) => gzipSync(text)),
    kplAggregate(tiny),
    kplAggregate(bad),
    GOOD,
  ];
  const consumed = await consume(data, 120_000);
  expect(consumed).toMatchObject({
    results: 5_001,
    set_asides: texts.length + 10_000,
    failed: 0,
    reasons: { too_large: texts.length },
  });
  expect(consumed.peak_mib).toBeLessThanOrEqual(MOST_MIB);
}, 120_000);
