import { createKinesisStream } from '../../aws/kinesis/stream.ts';
import { createPublisher } from '../../ingest/publisher.ts';
import type { TestCloud } from '../support/cloud.ts';
import { createGenerator, type Generated, type Spec } from '../support/generated.ts';
import type { Random } from '../support/random.ts';

/**
 * A published entry and the expected outcomes of its records. `acknowledged` is true if the stream
 * acknowledged the entry.
 */
export interface PublishedEntry {
  specs: Spec[];
  /** Content of the entry on the stream. */
  bytes: Buffer;
  acknowledged: boolean;
}

const PRODUCERS = 3;

/**
 * Publishes about `records` entries with the product's publisher. The entries are spread over
 * `milliseconds`.
 */
export async function produce(
  test: TestCloud,
  random: Random,
  options: { records: number; milliseconds: number },
): Promise<PublishedEntry[]> {
  const published: PublishedEntry[] = [];
  const share = Math.ceil(options.records / PRODUCERS);
  await Promise.all(
    Array.from({ length: PRODUCERS }, (_, i) =>
      runProducer(test, random.fork(), { ...options, records: share, name: `c${i}` }, published),
    ),
  );
  return published;
}

async function runProducer(
  test: TestCloud,
  random: Random,
  options: { records: number; milliseconds: number; name: string },
  published: PublishedEntry[],
): Promise<void> {
  const publisher = createPublisher({
    stream: createKinesisStream({
      client: test.clients.kinesis,
      stream_name: test.stack.StreamName,
    }),
    max_attempts: 200,
  });
  const generate = createGenerator({
    random,
    name: options.name,
    repeats: random.pick([0, 0.6, 0.95]),
  });
  const pause_ms = options.milliseconds / Math.max(1, options.records / 20);
  const sending: Promise<void>[] = [];
  // With a probability of one half, a producer publishes a burst of 200 records with the same text,
  // as fast as the stream accepts them.
  const burst_at = random.int(options.records);
  const burst = random.chance(0.5) ? 200 : 0;
  for (let made = 0; made < options.records; made += 1) {
    const extra =
      made === burst_at
        ? [...createBurst(options.name, burst), createLongRecord(options.name)]
        : [];
    for (const generated of [...generate(), ...extra]) {
      const bytes =
        'bytes' in generated ? generated.bytes : Buffer.from(JSON.stringify(generated.record));
      const entry: PublishedEntry = { specs: generated.specs, bytes, acknowledged: false };
      published.push(entry);
      const outcome =
        'bytes' in generated
          ? publisher.publishBytes(bytes, generated.partition_key)
          : publisher.publish(generated.record);
      sending.push(
        outcome.then(({ status }) => {
          entry.acknowledged = status === 'accepted';
        }),
      );
    }
    if (made % 20 === 19) await new Promise((resolve) => setTimeout(resolve, pause_ms));
  }
  await publisher.close();
  await Promise.all(sending);
}

/**
 * Creates a record with a text of 1 MiB. The record fits on the stream only because the publisher
 * compresses the record with gzip.
 */
function createLongRecord(name: string): Generated {
  const sentence = `It was a long day and I loved all of it #long${name}#. `;
  const text = sentence.repeat(Math.floor(1_048_576 / sentence.length));
  const identity = { tenant: 'default', record_id: `${name}-long`, record_version: 0 };
  return {
    record: { ...identity, source: name, text, language: 'en' },
    specs: [{ kind: 'record', ...identity, text, language: 'en', status: 'analyzed' }],
  };
}

/**
 * Number of records that the test publishes at the end. The number is large enough that every shard
 * gets some of these records.
 */
const LAST_RECORDS = 64;

/**
 * Publishes a few records to every shard. The caller calls this function after the faults have
 * stopped.
 */
export async function produceLast(test: TestCloud): Promise<PublishedEntry[]> {
  const publisher = createPublisher({
    stream: createKinesisStream({
      client: test.clients.kinesis,
      stream_name: test.stack.StreamName,
    }),
  });
  const entries = createBurst('c9', LAST_RECORDS).map(
    async (generated): Promise<PublishedEntry> => {
      if ('bytes' in generated) throw new Error('Expected a burst to hold records only, got bytes');
      const bytes = Buffer.from(JSON.stringify(generated.record));
      const { status } = await publisher.publish(generated.record);
      return { specs: generated.specs, bytes, acknowledged: status === 'accepted' };
    },
  );
  return Promise.all(entries);
}

function createBurst(name: string, records: number): Generated[] {
  const text = `A text that many users repeat, and all of them love it #burst${name}#. `;
  return Array.from({ length: records }, (_, i) => {
    const identity = { tenant: 'default', record_id: `${name}-burst.${i}`, record_version: 0 };
    return {
      record: { ...identity, source: name, text, language: 'en' },
      specs: [{ kind: 'record', ...identity, text, language: 'en', status: 'analyzed' }],
    };
  });
}
