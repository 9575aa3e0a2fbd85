import { setTimeout as sleep } from 'node:timers/promises';
import { createKinesisStream } from '../../aws/kinesis/stream.ts';
import { createTextClaims } from '../../aws/s3/text-claims.ts';
import { createPublisher, type Publisher } from '../../ingest/publisher.ts';
import type { TestCloud } from '../support/cloud.ts';
import type { Random } from '../support/random.ts';
import type { PublishedEntry } from './checker/books.ts';
import {
  createStormGenerator,
  generateBurst,
  generateClaim,
  generateLateText,
  generateLongRecord,
  type Repairs,
  type StormEntry,
} from './generate.ts';

interface ProduceOptions {
  /** Number of entries of all producers together. */
  records: number;
  /** Time over which the entries are spread. */
  milliseconds: number;
  entries: PublishedEntry[];
  repairs: Repairs;
}

/**
 * Number of attempts of each producer. The last producer gives up soon, so some of its entries are
 * on the stream without an acknowledgement.
 */
const PATIENCE = [200, 200, 2];

/** Publishes entries with the product's publisher, and adds the entries to the books. */
export async function produce(
  test: TestCloud,
  random: Random,
  options: ProduceOptions,
): Promise<void> {
  const records = Math.ceil(options.records / PATIENCE.length);
  await Promise.all(
    PATIENCE.map((max_attempts, i) =>
      runProducer(test, random.fork(), { ...options, records, name: `c${i}`, max_attempts }),
    ),
  );
}

async function runProducer(
  test: TestCloud,
  random: Random,
  options: ProduceOptions & { name: string; max_attempts: number },
): Promise<void> {
  const { name, records, entries } = options;
  const publisher = openPublisher(test, options.max_attempts);
  const generate = createStormGenerator(random, name, options.repairs);
  const pause_ms = options.milliseconds / Math.max(1, records / 20);
  const sending: Promise<void>[] = [];
  const burst_at = random.int(records);
  for (let made = 0; made < records; made += 1) {
    const extra = made === burst_at ? generateExtra(random, options) : [];
    for (const entry of [...generate(), ...extra]) sending.push(publish(publisher, entry, entries));
    if (made % 20 === 19) await sleep(pause_ms);
  }
  await publisher.close();
  await Promise.all(sending);
}

/**
 * Generates the rare entries of a producer. With a probability of one half, the producer publishes a
 * burst of 200 records with the same text, as fast as the stream accepts them. Only the first
 * producer publishes texts of 1 MiB, because their analysis takes much time.
 */
function generateExtra(
  random: Random,
  { name, repairs }: { name: string; repairs: Repairs },
): StormEntry[] {
  return [
    ...generateBurst(name, random.chance(0.5) ? 200 : 0),
    generateLateText(name, repairs),
    ...(name === 'c0' ? [generateLongRecord(name), generateClaim(random, name)] : []),
  ];
}

function openPublisher(test: TestCloud, max_attempts: number): Publisher {
  const { kinesis, s3 } = test.clients;
  return createPublisher({
    stream: createKinesisStream({ client: kinesis, stream_name: test.stack.StreamName }),
    claims: createTextClaims({ client: s3, bucket_name: test.stack.InputBucketName }),
    max_attempts,
  });
}

async function publish(
  publisher: Publisher,
  made: StormEntry,
  entries: PublishedEntry[],
): Promise<void> {
  const has_bytes = 'bytes' in made;
  const entry: PublishedEntry = {
    specs: made.specs,
    bytes: has_bytes ? made.bytes : Buffer.from(JSON.stringify(made.record)),
    is_aggregate: has_bytes && made.is_aggregate,
    acknowledged: false,
  };
  entries.push(entry);
  const outcome = await (has_bytes
    ? publisher.publishBytes(made.bytes, made.partition_key)
    : publisher.publish(made.record));
  entry.acknowledged = outcome.status === 'accepted';
}

/** Number of records with which every shard gets some of the records. */
const LAST_RECORDS = 64;

/**
 * Publishes a few records to every shard while no faults occur.
 *
 * @returns the ids of the records. The tenant is `default`.
 */
export async function produceLast(
  test: TestCloud,
  name: string,
  entries: PublishedEntry[],
): Promise<string[]> {
  const publisher = openPublisher(test, 10);
  const burst = generateBurst(name, LAST_RECORDS);
  await Promise.all(burst.map((entry) => publish(publisher, entry, entries)));
  await publisher.close();
  return burst.flatMap((entry) => ('record' in entry ? [entry.record.record_id] : []));
}
