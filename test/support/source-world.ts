import { filterSchema } from '../../ingest/connectors/filter.ts';
import { createSourceFetch } from '../../ingest/connectors/http/fetch.ts';
import type { CheckpointStore, Ledger } from '../../ingest/connectors/ports.ts';
import { runConnector } from '../../ingest/connectors/runner/run-connector.ts';
import type { Source } from '../../ingest/connectors/source.ts';
import { type ConnectorEvent, ConnectorStats } from '../../ingest/connectors/stats.ts';
import { sleep } from '../../lib/sleep.ts';
import type { RecordInput } from '../../schemas/index.ts';
import { createFakeCheckpoints } from '../fakes/checkpoints.ts';
import { createFakeLedger } from '../fakes/connector-ledger.ts';
import { readResults } from './connector-world.ts';

export interface SourceWorldOptions {
  source: Source;
  /** Options of the source, with the URL of its stub. */
  options: object;
  secrets?: Record<string, string> | undefined;
  filter?: object;
}

/** Longest pause in a test: back-offs, polls and saves go faster than in production. */
const LONGEST_PAUSE_MS = 20;

/** Runs a source against its stub, with a stream and stores in memory. */
export class SourceWorld {
  readonly on_stream: RecordInput[] = [];
  readonly events: ConnectorEvent[] = [];
  /** The waits before the source is opened again, as the runner has chosen them, in milliseconds. */
  readonly checkpoints: CheckpointStore = createFakeCheckpoints(Date.now);
  readonly ledger: Ledger = createFakeLedger();
  stats = new ConnectorStats(Date.now);
  /** While true, no record is accepted. */
  is_stalled = false;
  readonly #options: SourceWorldOptions;
  #process: { stop: AbortController; is_dead: boolean; ended: Promise<void> } | undefined;

  constructor(options: SourceWorldOptions) {
    this.#options = options;
  }

  start(): void {
    const stop = new AbortController();
    const process = { stop, is_dead: false, ended: Promise.resolve() };
    const live = async <Value>(work: () => Promise<Value>): Promise<Value> => {
      if (process.is_dead) return new Promise(() => undefined);
      const value = await work();
      return process.is_dead ? new Promise(() => undefined) : value;
    };
    const { source, options, filter = {} } = this.#options;
    this.stats = new ConnectorStats(Date.now);
    process.ended = runConnector(
      {
        ...{ name: 'c', source: source.bind(options), record_source: source.name },
        filter: filterSchema.parse(filter),
        every_ms: source.mode === 'poll' ? 1_000 : undefined,
      },
      {
        checkpoints: {
          ...this.checkpoints,
          save: (...given) => live(() => this.checkpoints.save(...given)),
          release: (...given) => live(() => this.checkpoints.release(...given)),
        },
        ledger: this.ledger,
        publish: (record) => live(() => this.#publish(record)),
        stats: this.stats,
        owner: 'test',
        onEvent: (event) => this.events.push(event),
        signal: stop.signal,
        now: Date.now,
        pause: (ms, signal) => live(() => sleep(Math.min(ms, LONGEST_PAUSE_MS), signal)),
        random: () => 0.5,
        fetch: createSourceFetch({ user_agent: 'test', signal: stop.signal, now: Date.now }),
        readSecret: async (name) => this.#options.secrets?.[name] ?? '',
      },
    );
    process.ended.catch(() => undefined);
    this.#process = process;
  }

  /** Ends the process as SIGTERM does. @throws the error that has ended the connector */
  async stop(): Promise<void> {
    this.#process?.stop.abort();
    await this.#process?.ended;
  }

  /** Waits for the end of a connector that nothing has stopped. */
  async waitForEnd(): Promise<void> {
    await this.#process?.ended;
  }

  /** Ends the process as SIGKILL does: it saves nothing more. */
  kill(): void {
    if (this.#process === undefined) return;
    this.#process.is_dead = true;
    this.#process.stop.abort();
  }

  /** Returns the texts that the results have, in the order of the alphabet. */
  listTexts(): string[] {
    return [...readResults(this.on_stream).values()].sort();
  }

  async readMark(): Promise<unknown> {
    return (await this.checkpoints.read('c'))?.cursor;
  }

  async #publish(record: RecordInput) {
    while (this.is_stalled) await sleep(5);
    this.on_stream.push(record);
    const { record_id = '' } = record;
    return { status: 'accepted', record_id, shard_id: 's', sequence_number: '1' } as const;
  }
}
