import type { KinesisStreamRecord } from 'aws-lambda';
import type { EraseDeps } from '../../../operations/erase/context.ts';
import type { ErasableObjects } from '../../../operations/erase/ports.ts';
import { readRestorables } from '../../../operations/restore.ts';
import { decode, type StreamItem } from '../../../processors/stream/decode/decode.ts';
import { buildResult } from '../../../processors/stream/result.ts';
import {
  failedEventSchema,
  MAX_AHEAD_MS,
  packRestored,
  type Result,
  recordKey,
  selects,
} from '../../../schemas/index.ts';
import { createFakeResultsTable } from '../../fakes/results-table.ts';
import { kinesisRecord } from '../../support/kinesis-event.ts';
import type { Random } from '../../support/random.ts';
import { RESTORE_KEY, restoreKey } from '../../support/restored.ts';

/** A record on the stream of the world. */
interface OnStream {
  data: Buffer;
  /** In epoch milliseconds. */
  arrived_at: number;
  place: number;
  failures: number;
}

/** The error that stands for the end of a process at any point. */
export class Crash extends Error {
  override name = 'Crash';
}

const AUTHORS = ['Ada', 'Bea', undefined];
const RECORDS = 40;
const SHARDS = 2;
/** Failures after which Lambda gives a batch up. */
const MAX_FAILURES = 3;
const ROWS_PER_PAGE = 2;

/**
 * A world in which producers publish, consumers process, fail and redeliver, operators redrive, and an
 * erasure runs and crashes. Every call of a port lets the others go on, so that all of them interleave. The
 * erasure, the decoder, the order of acceptances and the envelopes are the product's own code.
 */
export class ErasureWorld {
  now = Date.UTC(2026, 10, 23, 10);
  readonly rows = new Map<string, Result>();
  readonly failures = new Map<string, string>();
  readonly states = new Map<string, string>();
  /** Number of lines in the log. */
  lines = 0;
  readonly table = createFakeResultsTable({ rows: this.rows });
  readonly shards: OnStream[][] = Array.from({ length: SHARDS }, () => []);
  readonly random: Random;
  private places = 0;
  private versions = 0;
  private is_crashing = false;

  constructor(random: Random) {
    this.random = random;
  }

  /** A producer publishes a record, with a version or without, sometimes with a clock that is ahead. */
  publish(): void {
    const { random } = this;
    const number = random.int(RECORDS);
    const ahead = random.chance(0.3) ? random.int(MAX_AHEAD_MS) : 0;
    const behind = random.chance(0.3) ? random.int(120_000) : 0;
    this.versions += 1;
    const record = {
      record_id: `r${number}`,
      source: 'shop',
      stamp: this.now + ahead - behind,
      author: random.pick(AUTHORS),
      ...(random.chance(0.3) ? { record_version: this.versions } : {}),
      ...(random.chance(0.1) ? { deleted: true } : { text: `text ${this.places}` }),
    };
    this.arrive(number % SHARDS, Buffer.from(JSON.stringify(record)));
  }

  private arrive(shard: number, data: Buffer): void {
    this.places += 1;
    this.shards[shard]?.push({ data, arrived_at: this.now, place: this.places, failures: 0 });
  }

  /** A consumer processes the head of a shard, or fails, or crashes after its writes. */
  async consume(shard = this.random.int(SHARDS)): Promise<void> {
    const queue = this.shards[shard] ?? [];
    const batch = queue.slice(0, 1 + this.random.int(3));
    const [head] = batch;
    if (head === undefined) return;
    if (this.random.chance(0.3)) return this.fail(queue, head);
    const { items } = decode(batch.map(toKinesis), RESTORE_KEY);
    const outcomes = await this.table.put(items.map((item) => this.toEntry(item)));
    this.lines += outcomes.length;
    if (this.random.chance(0.2)) return;
    queue.splice(0, batch.length);
  }

  private fail(queue: OnStream[], head: OnStream): void {
    head.failures += 1;
    if (head.failures < MAX_FAILURES) return;
    void queue.shift();
    const report = {
      requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: MAX_FAILURES },
      timestamp: new Date(this.now).toISOString(),
      KinesisBatchInfo: { shardId: 'shard', batchSize: 1 },
      payload: JSON.stringify({ Records: [toKinesis(head)] }),
    };
    this.failures.set(`aws/lambda/${String(head.place).padStart(6, '0')}`, JSON.stringify(report));
  }

  private toEntry(item: StreamItem) {
    const ending = item.record.deleted
      ? { status: 'withdrawn' as const }
      : { status: 'empty' as const };
    const processed_at = new Date(this.now).toISOString();
    const result = buildResult(item, ending, { keeps_text: true, processed_at });
    return { result, place: item.place, is_creation_given: false };
  }

  /** An operator puts a failed batch back. Its report stays in the bucket. */
  async redrive(): Promise<void> {
    const keys = [...this.failures.keys()];
    if (keys.length === 0) return;
    const report = JSON.parse(this.failures.get(this.random.pick(keys)) ?? '{}');
    // The operator reads the batch, and publishes it only later.
    const delay = this.random.int(3);
    for (let i = 0; i < delay; i += 1) await this.consume();
    const { Records } = failedEventSchema.parse(JSON.parse(report.payload));
    for (const one of await readRestorables(Records, restoreKey)) {
      const { bytes, position, partition_key, arrived_at } = one;
      const data = packRestored({ bytes, position, partition_key, arrived_at }, RESTORE_KEY);
      this.arrive(this.random.int(SHARDS), data);
    }
  }

  /** Lets the others do something, and sometimes ends the process of the erasure. */
  private async turn(): Promise<void> {
    this.now += 1 + this.random.int(2_000);
    for (let i = this.random.int(3); i > 0; i -= 1) {
      const what = this.random.next();
      if (what < 0.15) this.publish();
      else if (what < 0.9) await this.consume();
      else await this.redrive();
    }
    if (this.is_crashing && this.random.chance(0.03)) throw new Crash('The process ends');
  }

  /** Processes everything that is on the streams. */
  async drain(): Promise<void> {
    for (let shard = 0; shard < SHARDS; shard += 1) {
      while ((this.shards[shard]?.length ?? 0) > 0) await this.consume(shard);
    }
  }

  /** Returns the stores of this world for an erasure that may crash. */
  createDeps(): EraseDeps {
    this.is_crashing = true;
    const turn = () => this.turn();
    const none: ErasableObjects = this.createObjects(new Map());
    return {
      states: {
        ids: async function* () {},
        get: async (id) => this.states.get(id),
        put: async (id, state) => {
          await turn();
          this.states.set(id, state);
        },
      },
      rows: {
        page: async (selection, after = '') => {
          await turn();
          const keys = [...this.rows.keys()].sort().filter((key) => key > after);
          const some = keys.slice(0, ROWS_PER_PAGE);
          const rows = some.flatMap((key) => {
            const row = this.rows.get(key);
            if (row === undefined) return [];
            const is_own = row.status === 'withdrawn' && row.stamp === selection.accepted_until;
            return is_own || (row.status !== 'withdrawn' && selects(selection, row)) ? [row] : [];
          });
          return { rows, next: keys.length > ROWS_PER_PAGE ? some.at(-1) : undefined };
        },
        withdraw: async (withdrawals) => {
          await turn();
          const entries = withdrawals.map((result) => {
            return { result, place: '~', is_creation_given: false };
          });
          const answers = await this.table.put(entries);
          return answers.flatMap((answer) =>
            'row' in answer && answer.outcome !== 'not_newer' ? [answer.row] : [],
          );
        },
      },
      log: {
        put: async (rows) => {
          await turn();
          this.lines += rows.length;
        },
      },
      lake: {
        countRows: async () => 0,
        deleteRows: turn,
        rawDays: async () => [],
        blankDay: async () => [],
      },
      history: { delete: async () => 0 },
      jobs: { async *list() {} },
      set_asides: none,
      failures: this.createObjects(this.failures),
      inputs: none,
      lake_objects: none,
      restoreKey,
      waitFor: async (_, accepted_before) => {
        const isBehind = () =>
          this.shards.some((queue) => queue.some(({ arrived_at }) => arrived_at < accepted_before));
        while (isBehind()) await turn();
      },
      remains: () => [],
      now: () => this.now,
    };
  }

  private createObjects(objects: Map<string, string>): ErasableObjects {
    const turn = () => this.turn();
    return {
      async *keys(prefix, after = '') {
        await turn();
        for (const key of [...objects.keys()].sort()) {
          if (key.startsWith(prefix) && key > after) yield key;
        }
      },
      read: async (key) => {
        await turn();
        return objects.get(key);
      },
      write: async (key, text) => {
        await turn();
        objects.set(key, text);
      },
      delete: async (key) => {
        await turn();
        objects.delete(key);
      },
      forgetVersions: turn,
    };
  }

  /** Ends the crashes, so that the world can come to rest. */
  rest(): void {
    this.is_crashing = false;
  }

  rowOf(record_id: string): Result | undefined {
    return this.rows.get(recordKey({ tenant: 'default', source: 'shop', record_id }));
  }
}

function toKinesis({ data, arrived_at, place }: OnStream): KinesisStreamRecord {
  const record = kinesisRecord(data, place);
  record.kinesis.approximateArrivalTimestamp = arrived_at / 1_000;
  return record;
}
