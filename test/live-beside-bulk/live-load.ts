import { setTimeout as sleep } from 'node:timers/promises';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { recordKey } from '../../schemas/index.ts';
import type { TestCloud } from '../support/cloud.ts';

/** Time between two puts of live records, in milliseconds. */
const TICK_MS = 100;
/** Time between two reads of the results table, in milliseconds. A latency is as exact as this. */
const POLL_MS = 100;
/**
 * Time after which a record without a row makes the measurement fail, in milliseconds. On a machine
 * with much other work, rows have taken half a minute.
 */
const LONGEST_MS = 180_000;
const SOURCE = { tenant: 'default', source: 'live' };

export interface LiveLoad {
  /** Beginning of the ids and texts, so that no two loads have a record in common. */
  name: string;
  records_per_second: number;
  seconds: number;
}

/**
 * Publishes live records at a constant rate, each with a text of its own, and measures how long it
 * takes until each has its row in the results table.
 *
 * @returns the time from the put to the row of each record, in milliseconds.
 * @throws {Error} if a record has no row after three minutes.
 */
export async function measureLive(test: TestCloud, load: LiveLoad): Promise<number[]> {
  const waiting = new Map<string, { record_id: string; put_at: number }>();
  const latencies: number[] = [];
  const published = publish(test, load, (record_id) =>
    waiting.set(recordKey({ ...SOURCE, record_id }), {
      record_id,
      put_at: performance.now(),
    }),
  );
  let is_published = false;
  published.then(
    () => {
      is_published = true;
    },
    () => undefined,
  );
  while (!is_published || waiting.size > 0) {
    await Promise.race([published, sleep(0)]);
    for (const key of await findRows(test, [...waiting.values()])) {
      latencies.push(performance.now() - waiting.get(key)!.put_at);
      waiting.delete(key);
    }
    const [oldest] = waiting.values();
    if (oldest !== undefined && performance.now() - oldest.put_at > LONGEST_MS) {
      throw new Error(`Expected a row of each live record within ${LONGEST_MS} ms`);
    }
    await sleep(POLL_MS);
  }
  return latencies;
}

async function publish(
  { clients, stack }: TestCloud,
  { name, records_per_second, seconds }: LiveLoad,
  notePut: (record_id: string) => void,
): Promise<void> {
  const started_at = performance.now();
  const total = records_per_second * seconds;
  for (let sent = 0; sent < total; ) {
    const due = Math.floor(((performance.now() - started_at) / 1_000) * records_per_second);
    // After a pause of the machine, the records that are due come in one put of up to one second.
    const count = Math.min(due - sent, total - sent, records_per_second);
    if (count > 0) {
      const ids = Array.from({ length: count }, (_, i) => `${name}-${sent + i}`);
      ids.forEach(notePut);
      const Records = ids.map((record_id) => ({
        PartitionKey: record_id,
        Data: Buffer.from(
          JSON.stringify({
            ...{ record_id, source: SOURCE.source, language: 'en' },
            text: `The courier of ${record_id} was friendly`,
          }),
        ),
      }));
      const command = new PutRecordsCommand({ StreamName: stack.StreamName, Records });
      const { FailedRecordCount } = await clients.kinesis.send(command);
      if (FailedRecordCount !== 0) throw new Error('Expected the stream to accept every record');
      sent += count;
    }
    await sleep(TICK_MS);
  }
}

async function findRows(test: TestCloud, records: { record_id: string }[]): Promise<string[]> {
  if (records.length === 0) return [];
  const rows = await test.results.getMany(
    records.map(({ record_id }) => ({ ...SOURCE, record_id })),
  );
  return [...rows.keys()];
}
