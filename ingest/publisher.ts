import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { type Issue, type RecordInput, ServiceError } from '../schemas/index.ts';
import { type Encoded, type EncodeOutcome, encode, MAX_ENTRY_BYTES, withClaim } from './encode.ts';
import type { PutOutcome, RecordStream, TextClaimStore } from './ports.ts';

/** Limits of one request. Source: PutRecords, API reference. */
const ENTRIES_PER_REQUEST = 500;
const BYTES_PER_REQUEST = 10 * 1024 * 1024;

export interface PublisherOptions {
  stream: RecordStream;
  /** Requests at a time. */
  max_in_flight?: number;
  /** How long a request that is not full waits for more records. */
  linger_ms?: number;
  /** How often one record is sent before it counts as failed. */
  max_attempts?: number;
  /** Bytes that may wait or be under way; `publish` waits for room. */
  max_pending_bytes?: number;
  /** Waits before rejected records are sent again; `attempt` counts from 1. */
  pause?: (attempt: number) => Promise<void>;
  new_record_id?: () => string;
  /** Where texts go that do not fit on the stream; absent: such records are refused. */
  claims?: TextClaimStore;
}

/** What became of one record: each gets exactly one of these. */
export type PublishOutcome =
  | { status: 'accepted'; record_id: string; shard_id: string; sequence_number: string }
  | {
      /** Not a record; sending it again gives the same. */
      status: 'refused';
      record_id?: string;
      reason: 'invalid_record' | 'too_large';
      issues: Issue[];
    }
  | { status: 'failed'; record_id: string; code: string; attempts: number };

export interface PublisherStats {
  accepted: number;
  refused: number;
  failed: number;
  /** Records sent again. */
  resent: number;
  requests: number;
  bytes: number;
}

export interface Publisher {
  /** Resolves when the record is on the stream, or never will be. Awaits room first. */
  publish(record: RecordInput): Promise<PublishOutcome>;
  /** Passes bytes on as they are, unchecked: for connectors of foreign records. `record_id` only names them. */
  publishBytes(bytes: Uint8Array, partition_key: string): Promise<PublishOutcome>;
  /** Outcomes in the order of the source, which is read no faster than the stream takes. */
  publishAll(
    source: AsyncIterable<RecordInput> | Iterable<RecordInput>,
  ): AsyncIterable<PublishOutcome>;
  /** Sends what waits, and resolves when nothing is under way. */
  flush(): Promise<void>;
  /** Flushes, and takes no more. */
  close(): Promise<void>;
  stats(): PublisherStats;
}

interface Admitted {
  outcome: Promise<PublishOutcome>;
}

interface Pending {
  entry: Encoded;
  bytes: number;
  settle: (outcome: PublishOutcome) => void;
}

/**
 * Packs records into full requests and sends a bounded number of them at a time; what the stream rejects is sent again,
 * and only that, with its id. Versions of one record may overtake one another then: `record_version` puts that right.
 *
 * @example
 * const publisher = createPublisher({ stream: createKinesisStream({ stream_name }) });
 * const outcome = await publisher.publish({ text: 'I love my cat', source: 'app_reviews' });
 * await publisher.close();
 */
export function createPublisher(options: PublisherOptions): Publisher {
  const {
    stream,
    max_in_flight = 4,
    linger_ms = 20,
    max_attempts = 10,
    max_pending_bytes = 64 * 1024 * 1024,
    pause = pauseWithJitter,
  } = options;
  const limit = pLimit(max_in_flight);
  const stats: PublisherStats = {
    accepted: 0,
    refused: 0,
    failed: 0,
    resent: 0,
    requests: 0,
    bytes: 0,
  };
  const under_way = new Set<Promise<void>>();
  const admitting = new Set<Promise<unknown>>();
  let waiting: Pending[] = [];
  let waiting_bytes = 0;
  let pending_bytes = 0;
  let wake: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  async function roomFor(bytes: number): Promise<void> {
    while (pending_bytes > 0 && pending_bytes + bytes > max_pending_bytes) {
      await new Promise<void>((resolve) => wake.push(resolve));
    }
    pending_bytes += bytes;
  }

  /** Waits for room, then for nothing: the outcome comes later, so it is wrapped. */
  async function enqueue(entry: Encoded): Promise<Admitted> {
    const bytes = entry.data.length + Buffer.byteLength(entry.partition_key);
    await roomFor(bytes);
    const outcome = new Promise<PublishOutcome>((settle) => {
      if (waiting_bytes + bytes > BYTES_PER_REQUEST) dispatch();
      waiting.push({ entry, bytes, settle });
      waiting_bytes += bytes;
      if (waiting.length === ENTRIES_PER_REQUEST) dispatch();
      else timer ??= setTimeout(dispatch, linger_ms);
    });
    return { outcome };
  }

  function dispatch(): void {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    waiting_bytes = 0;
    const sending = limit(() => send(batch)).finally(() => under_way.delete(sending));
    under_way.add(sending);
  }

  /** Sends a request, and what it rejected again, until each entry is accepted or has had its attempts. */
  async function send(batch: Pending[]): Promise<void> {
    let open = batch;
    for (let attempt = 1; open.length > 0; attempt += 1) {
      const outcomes = await put(open);
      open = open.filter((pending, i) => {
        const outcome = outcomes[i] ?? { ok: false, code: 'MissingResult', retryable: true };
        return !settled(pending, outcome, attempt);
      });
      if (open.length === 0) return;
      stats.resent += open.length;
      await pause(attempt);
    }
  }

  async function put(batch: Pending[]): Promise<(PutOutcome & { retryable?: boolean })[]> {
    stats.requests += 1;
    try {
      return await stream.putRecords(batch.map(({ entry }) => entry));
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const { code, retryable } = error;
      return batch.map(() => ({ ok: false, code, retryable }));
    }
  }

  function settled(
    { entry, bytes, settle }: Pending,
    outcome: PutOutcome & { retryable?: boolean },
    attempts: number,
  ): boolean {
    const { record_id } = entry;
    if (outcome.ok) {
      stats.accepted += 1;
      stats.bytes += bytes;
      const { shard_id, sequence_number } = outcome;
      settle({ status: 'accepted', record_id, shard_id, sequence_number });
    } else if (outcome.retryable === false || attempts >= max_attempts) {
      stats.failed += 1;
      settle({ status: 'failed', record_id, code: outcome.code, attempts });
    } else {
      return false;
    }
    pending_bytes -= bytes;
    const woken = wake;
    wake = [];
    for (const resume of woken) resume();
    return true;
  }

  /** Whoever came before `close` is let in, however long it waits for room or for its claim. */
  async function letIn<T>(entering: () => Promise<T>): Promise<T> {
    if (closed) throw new Error('The publisher is closed');
    const entered = entering();
    admitting.add(entered);
    return entered.finally(() => admitting.delete(entered));
  }

  async function admit(record: RecordInput): Promise<Admitted> {
    const encoded = await fitted(record, encode(record, options.new_record_id));
    if (encoded instanceof ServiceError) {
      stats.failed += 1;
      const { record_id = '' } = record;
      const failure = { status: 'failed', record_id, code: encoded.code, attempts: 1 } as const;
      return { outcome: Promise.resolve(failure) };
    }
    if (encoded.ok) return enqueue(encoded.entry);
    stats.refused += 1;
    const { ok: _, ...refusal } = encoded;
    return { outcome: Promise.resolve({ status: 'refused', ...refusal }) };
  }

  /** A text that is too long for the stream is put where there is room for it, and its hash in its place. */
  async function fitted(
    record: RecordInput,
    encoded: EncodeOutcome,
  ): Promise<EncodeOutcome | ServiceError> {
    const { claims } = options;
    if (encoded.ok || encoded.reason !== 'too_large' || claims === undefined) return encoded;
    try {
      const text_claim = await claims.put(record.tenant ?? 'default', record.text!);
      return encode({ ...withClaim(record, text_claim), record_id: encoded.record_id });
    } catch (error) {
      if (error instanceof ServiceError) return error;
      throw error;
    }
  }

  async function flush(): Promise<void> {
    while (admitting.size > 0 || waiting.length > 0 || under_way.size > 0) {
      dispatch();
      await (under_way.size > 0 ? Promise.all(under_way) : Promise.allSettled(admitting));
    }
  }

  return {
    publish: async (record) => (await letIn(() => admit(record))).outcome,
    async publishBytes(bytes, partition_key) {
      if (bytes.length + Buffer.byteLength(partition_key) > MAX_ENTRY_BYTES) {
        stats.refused += 1;
        const issues = [{ path: '', message: 'does not fit in 1 MiB' }];
        return { status: 'refused', reason: 'too_large', issues };
      }
      const entry = { data: bytes, partition_key, record_id: partition_key };
      return (await letIn(() => enqueue(entry))).outcome;
    },
    publishAll: (source) => inOrder(source, (record) => letIn(() => admit(record))),
    flush,
    async close() {
      closed = true;
      await flush();
    },
    stats: () => ({ ...stats }),
  };
}

/** Outcomes that may wait for an earlier one: they are small, their records are gone. */
const MAX_WAITING_OUTCOMES = 10_000;

async function* inOrder(
  source: AsyncIterable<RecordInput> | Iterable<RecordInput>,
  admit: (record: RecordInput) => Promise<Admitted>,
): AsyncIterable<PublishOutcome> {
  const outcomes: Promise<PublishOutcome>[] = [];
  for await (const record of source) {
    outcomes.push((await admit(record)).outcome);
    if (outcomes.length >= MAX_WAITING_OUTCOMES) yield await outcomes.shift()!;
  }
  for (const outcome of outcomes) yield await outcome;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

async function pauseWithJitter(attempt: number): Promise<void> {
  await sleep(Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt));
}
