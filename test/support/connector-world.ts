import * as z from 'zod';
import type { Emission } from '../../ingest/connectors/emission.ts';
import { filterSchema } from '../../ingest/connectors/filter.ts';
import type { CheckpointStore, Ledger } from '../../ingest/connectors/ports.ts';
import { type Connector, runConnector } from '../../ingest/connectors/runner/run-connector.ts';
import { defineSource } from '../../ingest/connectors/source.ts';
import { type ConnectorEvent, ConnectorStats } from '../../ingest/connectors/stats.ts';
import type { PublishOutcome } from '../../ingest/index.ts';
import { type RecordInput, ServiceError } from '../../schemas/index.ts';
import { createFakeCheckpoints } from '../fakes/checkpoints.ts';
import { createFakeLedger } from '../fakes/connector-ledger.ts';
import type { Random } from './random.ts';
import { VirtualClock } from './virtual-clock.ts';

const START = Date.parse('2026-11-28T00:00:00Z');
const MATCHING = 'the kettle sings';
const OTHER = 'nothing of interest';

/** An event of the scripted source. */
export type ScriptEvent =
  | { kind: 'post' | 'edit'; id: number; author: string; text: string }
  | { kind: 'delete'; id: number; author: string }
  | { kind: 'account'; author: string };

/** Draws a story of posts, edits, deletions and deletions of accounts. */
export function drawScript(random: Random, length: number): ScriptEvent[] {
  const living = new Map<number, string>();
  return Array.from({ length }, (_, id): ScriptEvent => {
    const text = `${random.next() < 0.6 ? MATCHING : OTHER} ${id}`;
    const ids = [...living.keys()];
    const old = ids[Math.floor(random.next() * ids.length)];
    const author =
      old === undefined ? `a${Math.floor(random.next() * 5)}` : (living.get(old) ?? '');
    const roll = random.next();
    if (old !== undefined && roll < 0.2) return { kind: 'edit', id: old, author, text };
    if (old !== undefined && roll < 0.35) {
      living.delete(old);
      return { kind: 'delete', id: old, author };
    }
    if (old !== undefined && roll < 0.4) {
      for (const [id, owner] of living) if (owner === author) living.delete(id);
      return { kind: 'account', author };
    }
    const poster = `a${Math.floor(random.next() * 5)}`;
    living.set(id, poster);
    return { kind: 'post', id, author: poster, text };
  });
}

/** Returns the text of each record that has to be in the results at the end: the last one that matches. */
export function expectTexts(script: ScriptEvent[]): Map<string, string> {
  const texts = new Map<string, string>();
  const authors = new Map<string, string>();
  for (const event of script) {
    if (event.kind === 'account') {
      for (const [id, author] of authors) if (author === event.author) texts.delete(id);
      continue;
    }
    const id = `s:${event.id}`;
    authors.set(id, event.author);
    if (event.kind !== 'delete' && event.text.startsWith(MATCHING)) texts.set(id, event.text);
    else texts.delete(id);
  }
  return texts;
}

/** Returns the version of the event at a place of the script. It is also the time of the event. */
export function versionAt(place: number): number {
  return START + place * 1_000;
}

function toEmission(event: ScriptEvent, place: number): Emission<number> {
  const version = versionAt(place);
  const mark = { cursor: place, at: version };
  if (event.kind === 'account')
    return { withdraw_author: { author: event.author, version }, ...mark };
  const { id, author } = event;
  const record_id = `s:${id}`;
  if (event.kind === 'delete')
    return { record: { record_id, deleted: true, record_version: version }, ...mark };
  const record = { record_id, author, text: event.text, record_version: version };
  return { record, is_first: event.kind === 'post', ...mark };
}

/**
 * A world of a scripted source, a stream that takes and refuses as it likes, and stores that fail at
 * times. Its processes are killed at random.
 */
export class ConnectorWorld {
  readonly clock = new VirtualClock(START);
  readonly on_stream: RecordInput[] = [];
  readonly events: ConnectorEvent[] = [];
  readonly #script: ScriptEvent[];
  readonly #random: Random;
  readonly #checkpoints: CheckpointStore = createFakeCheckpoints(this.clock.now);
  readonly #ledger: Ledger = createFakeLedger();
  #incarnation = 0;

  constructor(script: ScriptEvent[], random: Random) {
    this.#script = script;
    this.#random = random;
  }

  async readMark(): Promise<number> {
    return ((await this.#checkpoints.read('c'))?.cursor as number | undefined) ?? -1;
  }

  /** Starts a process, and kills it after a time, or lets it come to the end of the script. */
  async run(kill_after_ms: number): Promise<void> {
    this.#incarnation += 1;
    const own = this.#incarnation;
    const stopping = new AbortController();
    // The lease of the process that was killed ends first.
    await this.clock.runUntil(this.clock.pause(31_000));
    const running = runConnector(this.#connector(own, stopping), this.#deps(own, stopping.signal));
    running.catch(() => undefined);
    await this.clock.runUntil(Promise.race([running, this.clock.pause(kill_after_ms)]));
    // Everything that the killed process still waits for never happens.
    this.#incarnation += 1;
  }

  /** Never settles in a process that was killed. */
  async #live<Value>(own: number, work: () => Promise<Value>): Promise<Value> {
    const dead = () => own !== this.#incarnation;
    if (dead()) return new Promise(() => undefined);
    const value = await work();
    return dead() ? new Promise(() => undefined) : value;
  }

  #connector(own: number, stopping: AbortController): Connector {
    const source = defineSource({
      ...{ name: 'script', description: 'a script', mode: 'stream', secrets: [], terms: '' },
      options: z.object({}),
      cursor: z.number(),
      open: (_, { cursor = -1, pause }) => this.#emit(own, cursor, pause, stopping),
    });
    const filter = filterSchema.parse({ words: ['kettle'] });
    return { name: 'c', source: source.bind({}), filter, record_source: 'script' };
  }

  async *#emit(
    own: number,
    cursor: number,
    pause: (ms: number) => Promise<void>,
    stopping: AbortController,
  ): AsyncGenerator<Emission<number>> {
    const random = this.#random;
    // The mark is inclusive at some services: the last event comes again.
    for (let place = Math.max(0, cursor + (random.next() < 0.5 ? 0 : 1)); ; place += 1) {
      const event = this.#script[place];
      if (event === undefined) break;
      if (random.next() < 0.3) await this.#live(own, () => pause(random.next() * 300));
      if (random.next() < 0.03) throw new Error('the connection is lost');
      yield toEmission(event, place);
    }
    await this.#live(own, () => pause(5_000));
    stopping.abort();
    await pause(1);
  }

  #deps(own: number, signal: AbortSignal) {
    const { clock } = this;
    const live = <Value>(work: () => Promise<Value>) => this.#live(own, work);
    const stores = wrapStores(this.#checkpoints, this.#ledger, (work) =>
      live(() => this.#fail(work)),
    );
    return {
      ...stores,
      publish: (record: RecordInput) => live(() => this.#publish(record)),
      stats: new ConnectorStats(clock.now),
      owner: `process-${own}`,
      onEvent: (event: ConnectorEvent) => this.events.push(event),
      signal,
      now: clock.now,
      pause: (ms: number, stop: AbortSignal) => live(() => clock.pause(ms, stop)),
      random: () => this.#random.next(),
      fetch: () => Promise.reject(new Error('The script needs no network.')),
      readSecret: () => Promise.reject(new Error('The script has no secret.')),
    };
  }

  /** A record may be on the stream although its process is killed before it knows. */
  async #publish(record: RecordInput): Promise<PublishOutcome> {
    const random = this.#random;
    await this.clock.pause(random.next() * 400);
    if (random.next() < 0.5) await this.clock.pause(random.next() * 2_000);
    this.on_stream.push(record);
    await this.clock.pause(random.next() * 200);
    const { record_id = '' } = record;
    return { status: 'accepted', record_id, shard_id: 's', sequence_number: '1' };
  }

  /** A call may fail before it takes effect, or after. */
  async #fail<Value>(work: () => Promise<Value>): Promise<Value> {
    const random = this.#random;
    const error = new ServiceError('dynamodb', 'Throttled', { retryable: true });
    await this.clock.pause(random.next() * 20);
    if (random.next() < 0.03) throw error;
    const value = await work();
    if (random.next() < 0.03) throw error;
    return value;
  }
}

function wrapStores(
  checkpoints: CheckpointStore,
  ledger: Ledger,
  call: <Value>(work: () => Promise<Value>) => Promise<Value>,
): { checkpoints: CheckpointStore; ledger: Ledger } {
  return {
    checkpoints: {
      ...checkpoints,
      save: (...given) => call(() => checkpoints.save(...given)),
    },
    ledger: {
      ...ledger,
      note: (...given) => call(() => ledger.note(...given)),
      find: (...given) => call(() => ledger.find(...given)),
    },
  };
}

/** Returns the texts that the results have, if of each record the highest version counts. */
export function readResults(on_stream: RecordInput[]): Map<string, string> {
  const rows = new Map<string, RecordInput>();
  for (const record of on_stream) {
    const before = rows.get(record.record_id ?? '');
    if ((before?.record_version ?? -1) < (record.record_version ?? 0)) {
      rows.set(record.record_id ?? '', record);
    }
  }
  const living = [...rows].filter(([, { deleted }]) => !deleted);
  return new Map(living.map(([id, { text = '' }]) => [id, text]));
}
