import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type TestCloud, testCloud } from '../support/cloud.ts';

/** Length of the outage, in seconds. The nightly run has 180. */
const OUTAGE_SECONDS = Number(process.env.OUTAGE_SECONDS ?? 20);
const OUTAGE_MS = OUTAGE_SECONDS * 1_000;
const WAIT = { timeout: 90_000, interval: 250 };
const SOURCE = 'outage';

let test: TestCloud;
beforeAll(async () => {
  test = await testCloud({ retryPace: 'at_once' });
});
afterAll(() => test.stop());

async function put(ids: string[], textOf: (id: string, index: number) => string): Promise<void> {
  const Records = ids.map((record_id, i) => {
    const record = { record_id, source: SOURCE, text: textOf(record_id, i), language: 'en' };
    return { PartitionKey: 'one shard', Data: Buffer.from(JSON.stringify(record)) };
  });
  const { FailedRecordCount } = await test.clients.kinesis.send(
    new PutRecordsCommand({ StreamName: test.stack.StreamName, Records }),
  );
  expect(FailedRecordCount).toBe(0);
}

const waitUntilAnalyzed = (ids: string[]) =>
  vi.waitFor(async () => {
    for (const id of ids) {
      expect(
        await test.results.get({ tenant: 'default', source: SOURCE, record_id: id }),
        id,
      ).toMatchObject({ status: 'analyzed' });
    }
  }, WAIT);

/** Counts the invocations of the consumers, which read from Kinesis. */
function countInvocations(): number {
  const counts = test.cloud
    .status()
    .mappings.map((mapping) =>
      'stream_arn' in mapping && mapping.stream_arn.includes(':kinesis:') ? mapping.invocations : 0,
    );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Returns the number of lines of each record in the lake. */
async function countLines(): Promise<number[]> {
  await test.cloud.flush();
  const { rows } = await test.query(
    `SELECT record_id, count(*) AS lines FROM results_raw WHERE source = '${SOURCE}' GROUP BY record_id`,
  );
  return rows.map(({ lines }) => Number(lines));
}

it(
  `an outage of Comprehend of ${OUTAGE_SECONDS} s loses nothing, takes few invocations and repeats no line, although Lambda retries at once`,
  async () => {
    const known = Array.from({ length: 20 }, (_, i) => `known-${i}`);
    await put(known, (id) => `The ${id} is great`);
    await waitUntilAnalyzed(known);
    await test.control('POST', 'faults', { service: 'comprehend', kind: 'error' });
    const before = countInvocations();
    const began = Date.now();
    const mixed = Array.from({ length: 60 }, (_, i) => `mixed-${i}`);
    // The first record needs Comprehend, so Lambda delivers the whole batch again.
    await put(mixed, (id, i) => `The ${i % 2 === 1 ? `known-${i % 20}` : id} is great`);
    await vi.waitFor(() => expect(Date.now() - began).toBeGreaterThan(OUTAGE_MS), {
      timeout: OUTAGE_MS + 10_000,
      interval: 500,
    });
    const invocations = countInvocations() - before;
    await test.control('DELETE', 'faults');
    await waitUntilAnalyzed(mixed);
    // The consumer writes the rows before it sends the lines to Firehose.
    const lines = await vi.waitFor(async () => {
      const counts = await countLines();
      expect(counts).toHaveLength(known.length + mixed.length);
      return counts;
    }, WAIT);
    const all = lines.reduce((sum, count) => sum + count, 0);
    console.log(`${OUTAGE_SECONDS} s: ${invocations} invocations, ${all} lines of ${lines.length}`);
    expect(all / lines.length).toBeLessThanOrEqual(1.1);
    expect(invocations).toBeLessThanOrEqual(8 + OUTAGE_SECONDS / 30);
  },
  OUTAGE_MS + 240_000,
);
