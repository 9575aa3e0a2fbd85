import { createPause } from '../lib/backoff.ts';
import type { RecordInput } from '../schemas/index.ts';
import { type Encoded, MAX_ENTRY_BYTES } from './encode.ts';
import type { RecordStream, TextClaimStore } from './ports.ts';
import { ByteBudget } from './publisher/byte-budget.ts';
import type { ChoosePartitionKey } from './publisher/gather.ts';
import type { PublisherStats, PublishOutcome } from './publisher/outcome.ts';
import { Packer } from './publisher/packer.ts';
import { prepare } from './publisher/prepare.ts';
import { type Admitted, publishInOrder } from './publisher/publish-in-order.ts';
import { Sender } from './publisher/sender.ts';
import { StampClock } from './publisher/stamp-clock.ts';

/**
 * The stream that a publisher sends records to, and the limits of the publisher.
 *
 * @example
 * import { createPublisher, type PublisherOptions } from 'aurastream/ingest';
 * import { createKinesisStream } from 'aurastream/kinesis';
 *
 * const options: PublisherOptions = {
 *   stream: createKinesisStream({ stream_name: 'aurastream-records' }),
 *   max_in_flight: 8,
 *   max_attempts: Number.POSITIVE_INFINITY,
 * };
 * const publisher = createPublisher(options);
 */
export interface PublisherOptions {
  stream: RecordStream;
  /** Maximum number of requests in flight at the same time. Default 4. */
  max_in_flight?: number;
  /**
   * Maximum time that a request waits for more records, in milliseconds. A full request does not
   * wait. Default 20.
   */
  linger_ms?: number;
  /**
   * Number of attempts after which a record counts as failed. Default 10. With `Infinity`, a record
   * fails only because of an error that is not retryable. During an outage, `flush` and `close`
   * then wait until the outage ends.
   */
  max_attempts?: number;
  /**
   * Maximum total size, in bytes, of the records that wait to be sent or are in flight. When this
   * limit is reached, `publish` waits. Default 64 MiB.
   */
  max_pending_bytes?: number;
  /**
   * Maximum number of outcomes that `publishAll` buffers. When this limit is reached, `publishAll`
   * stops reading the source. Default 10,000.
   */
  max_waiting_outcomes?: number;
  /**
   * Waits before the next attempt. `attempt` is the number of the attempt that has just failed,
   * counted from 1. By default, the pause follows exponential backoff with jitter and lasts at most
   * 5 seconds.
   */
  pause?: (attempt: number) => Promise<void>;
  new_record_id?: () => string;
  /**
   * Chooses the partition key of a record from its identity and its size. By default all versions of a
   * record have one key. With another key they may arrive in another order; their stamps order them.
   */
  choosePartitionKey?: ChoosePartitionKey;
  /** Returns the current time, in epoch milliseconds. Default: the clock of the system. */
  now?: () => number;
  /**
   * Stores texts that do not fit on the stream. Without a claim store, the publisher refuses
   * records with such texts.
   */
  claims?: TextClaimStore;
}

/**
 * Publishes single records or all records of a source, and reports the outcome of each record.
 *
 * @example
 * import type { Publisher } from 'aurastream/ingest';
 *
 * async function publishLines(publisher: Publisher, lines: string[]): Promise<number> {
 *   let refused = 0;
 *   const records = lines.map((text) => ({ text, source: 'lines' }));
 *   for await (const outcome of publisher.publishAll(records)) {
 *     if (outcome.status === 'refused') refused += 1;
 *   }
 *   await publisher.close();
 *   return refused;
 * }
 */
export interface Publisher {
  /**
   * Publishes one record. If the record would exceed `max_pending_bytes`, waits until enough
   * earlier records are done. Resolves when the outcome of the record is known.
   */
  publish(record: RecordInput): Promise<PublishOutcome>;
  /**
   * Publishes bytes without validating them. Connectors use this method. The `record_id` of the
   * outcome is the partition key.
   */
  publishBytes(bytes: Uint8Array, partition_key: string): Promise<PublishOutcome>;
  /**
   * Publishes all records of a source and yields their outcomes in the order of the source. Yields
   * an outcome as soon as the outcome and all earlier outcomes are known, even if the source stalls
   * or never ends. Reads the source no faster than the stream accepts records. Stops the source
   * when the caller leaves the loop.
   */
  publishAll(
    source: AsyncIterable<RecordInput> | Iterable<RecordInput>,
  ): AsyncIterable<PublishOutcome>;
  /** Sends all waiting records, and resolves when no record is waiting or in flight. */
  flush(): Promise<void>;
  /**
   * Closes the publisher and then flushes. Publishing a record after the call fails with an error.
   */
  close(): Promise<void>;
  stats(): PublisherStats;
}

/**
 * Creates a publisher, which packs records into full requests and limits the number of requests in
 * flight. When the stream rejects some entries of a request, the publisher sends only the rejected
 * entries again, under the same record ids. Two versions of one record can therefore arrive in the
 * wrong order. The consumer keeps the version with the higher `record_version`, whatever the order
 * of arrival. Of versions without a number it keeps the one that was published last: each record
 * gets its `stamp` when it is published.
 *
 * @example
 * import { createPublisher } from 'aurastream/ingest';
 * import { createKinesisStream } from 'aurastream/kinesis';
 *
 * const stream = createKinesisStream({ stream_name: 'aurastream-records' });
 * const publisher = createPublisher({ stream });
 * const outcome = await publisher.publish({ text: 'I love my cat', source: 'app_reviews' });
 * console.log(outcome.status);
 * await publisher.close();
 */
export function createPublisher(options: PublisherOptions): Publisher {
  return new StreamPublisher(options);
}

const NO_STATS = { accepted: 0, refused: 0, failed: 0, resent: 0, requests: 0, bytes: 0 };

class StreamPublisher implements Publisher {
  readonly #options;
  readonly #stats: PublisherStats = { ...NO_STATS };
  readonly #budget: ByteBudget;
  readonly #sender: Sender;
  readonly #packer: Packer;
  readonly #admitting = new Set<Promise<unknown>>();
  #is_closed = false;

  constructor(options: PublisherOptions) {
    const { stream, max_in_flight = 4, linger_ms = 20, max_attempts = 10 } = options;
    const { max_pending_bytes = 64 * 1024 * 1024, max_waiting_outcomes = 10_000 } = options;
    const { claims, new_record_id, choosePartitionKey } = options;
    const { now = Date.now, pause = createPause() } = options;
    const clock = new StampClock(now);
    const stamp = (record_key: string) => clock.stamp(record_key);
    const retry = { max_attempts, pause };
    this.#options = {
      ...{ claims, new_record_id, choosePartitionKey, stamp },
      ...{ retry, max_waiting_outcomes },
    };
    this.#budget = new ByteBudget(max_pending_bytes);
    this.#sender = new Sender({
      ...{ stream, max_in_flight, retry, stats: this.#stats },
      onSettled: ({ bytes }) => this.#budget.release(bytes),
    });
    this.#packer = new Packer(linger_ms, (request) => this.#sender.send(request));
  }

  async publish(record: RecordInput): Promise<PublishOutcome> {
    const { outcome } = await this.#track(() => this.#admit(record));
    return outcome;
  }

  async publishBytes(bytes: Uint8Array, partition_key: string): Promise<PublishOutcome> {
    if (bytes.length + Buffer.byteLength(partition_key) > MAX_ENTRY_BYTES) {
      this.#stats.refused += 1;
      const issues = [{ path: '', message: 'does not fit in 1 MiB' }];
      return { status: 'refused', reason: 'too_large', issues };
    }
    const entry = { data: bytes, partition_key, record_id: partition_key };
    const { outcome } = await this.#track(() => this.#enqueue(entry));
    return outcome;
  }

  publishAll(
    source: AsyncIterable<RecordInput> | Iterable<RecordInput>,
  ): AsyncIterable<PublishOutcome> {
    const admit = (record: RecordInput) => this.#track(() => this.#admit(record));
    return publishInOrder(source, admit, this.#options.max_waiting_outcomes);
  }

  async flush(): Promise<void> {
    while (this.#admitting.size > 0 || !this.#packer.is_empty || !this.#sender.is_idle) {
      this.#packer.flush();
      await (this.#sender.is_idle ? Promise.allSettled(this.#admitting) : this.#sender.drain());
    }
  }

  async close(): Promise<void> {
    this.#is_closed = true;
    await this.flush();
  }

  stats(): PublisherStats {
    return { ...this.#stats };
  }

  /**
   * Remembers each record that still waits for room or for the claim store, so that `flush` waits
   * for the record too.
   */
  async #track<Value>(admission: () => Promise<Value>): Promise<Value> {
    if (this.#is_closed) throw new Error('The publisher is closed');
    const admitting = admission();
    this.#admitting.add(admitting);
    return admitting.finally(() => this.#admitting.delete(admitting));
  }

  async #admit(record: RecordInput): Promise<Admitted> {
    const prepared = await prepare(record, this.#options);
    if (prepared.ok) return this.#enqueue(prepared.entry);
    this.#stats[prepared.outcome.status] += 1;
    return { outcome: Promise.resolve(prepared.outcome) };
  }

  async #enqueue(entry: Encoded): Promise<Admitted> {
    const bytes = entry.data.length + Buffer.byteLength(entry.partition_key);
    await this.#budget.acquire(bytes);
    const outcome = new Promise<PublishOutcome>((resolve, reject) => {
      this.#packer.add({ entry, bytes, resolve, reject });
    });
    return { outcome };
  }
}
