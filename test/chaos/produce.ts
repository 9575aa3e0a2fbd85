import { createKinesisStream } from '../../aws/kinesis/stream.ts';
import { createPublisher } from '../../ingest/publisher.ts';
import type { TestCloud } from '../support/cloud.ts';
import { createGenerator, type Generated, type Spec } from '../support/generated.ts';
import type { Random } from '../support/random.ts';

/** An entry that was published: what it is, and whether its producer was told that it is on the stream. */
export interface PublishedEntry {
  specs: Spec[];
  /** As on the stream. */
  bytes: Buffer;
  acknowledged: boolean;
}

const PRODUCERS = 3;

/** Publishes about so many entries over the time, through the product's publisher, whatever the weather. */
export async function produce(
  test: TestCloud,
  random: Random,
  options: { records: number; milliseconds: number },
): Promise<PublishedEntry[]> {
  const published: PublishedEntry[] = [];
  const share = Math.ceil(options.records / PRODUCERS);
  await Promise.all(
    Array.from({ length: PRODUCERS }, (_, i) =>
      producer(test, random.fork(), { ...options, records: share, name: `c${i}` }, published),
    ),
  );
  return published;
}

async function producer(
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
  // A day when one text goes viral: a burst of it, as fast as the stream takes it.
  const burst_at = random.int(options.records);
  const burst = random.chance(0.5) ? 200 : 0;
  for (let made = 0; made < options.records; made += 1) {
    const viral =
      made === burst_at ? [...viralBurst(options.name, burst), longText(options.name)] : [];
    for (const generated of [...generate(), ...viral]) {
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

/** A text of 1 MiB: it fits on the stream only because it is gzipped. */
function longText(name: string): Generated {
  const sentence = `It was a long day and I loved all of it #long${name}#. `;
  const text = sentence.repeat(Math.floor(1_048_576 / sentence.length));
  const identity = { tenant: 'default', record_id: `${name}-long`, record_version: 0 };
  return {
    record: { ...identity, source: name, text, language: 'en' },
    specs: [{ kind: 'record', ...identity, text, language: 'en', status: 'analyzed' }],
  };
}

/** Enough that every shard has some of them. */
const LAST_RECORDS = 64;

/** A few records for every shard, when the weather is calm. */
export async function produceLast(test: TestCloud): Promise<PublishedEntry[]> {
  const publisher = createPublisher({
    stream: createKinesisStream({
      client: test.clients.kinesis,
      stream_name: test.stack.StreamName,
    }),
  });
  const entries = viralBurst('c9', LAST_RECORDS).map(async (generated): Promise<PublishedEntry> => {
    if ('bytes' in generated) throw new Error('Bytes are not among the last records');
    const bytes = Buffer.from(JSON.stringify(generated.record));
    const { status } = await publisher.publish(generated.record);
    return { specs: generated.specs, bytes, acknowledged: status === 'accepted' };
  });
  return Promise.all(entries);
}

function viralBurst(name: string, records: number): Generated[] {
  const text = `Everybody says this today, and everybody loves it #viral${name}#. `;
  return Array.from({ length: records }, (_, i) => {
    const identity = { tenant: 'default', record_id: `${name}-viral.${i}`, record_version: 0 };
    return {
      record: { ...identity, source: name, text, language: 'en' },
      specs: [{ kind: 'record', ...identity, text, language: 'en', status: 'analyzed' }],
    };
  });
}
