import { createKinesisStream } from '../../aws/kinesis.ts';
import { createPublisher } from '../../ingest/publisher.ts';
import type { TestCloud } from '../support/cloud.ts';
import { createGenerator, type Spec } from '../support/generated.ts';
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
  for (let made = 0; made < options.records; made += 1) {
    for (const generated of generate()) {
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
