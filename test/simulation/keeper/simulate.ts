import type { SQSRecord } from 'aws-lambda';
import { createMessageHandler, type MessagesDeps } from '../../../insight/keeper/messages.ts';
import type { RawObjects } from '../../../insight/keeper/ports.ts';
import { createTablePreparation } from '../../../insight/keeper/table.ts';
import { formatHour, RAW_PREFIX, recordKey, ServiceError } from '../../../schemas/index.ts';
import { createFakeManifest, createFakeTableLease } from '../../fakes/keeper-stores.ts';
import { createRandom, type Random } from '../../support/random.ts';
import { createScheduler, type Scheduler } from '../scheduler.ts';
import { createSimulatedAthena } from './athena.ts';
import { generateHistory, type Line, type Row } from './history.ts';

export interface KeeperRun {
  seed: number;
  /** Whether calls fail, answers are lost, statements fail and invocations are killed. */
  has_faults: boolean;
  /** Share of the records whose day is anywhere in the last ten years. */
  old_share: number;
}

export interface KeeperOutcome {
  /** Rows of the results table, and of the lake's table, by record key. */
  expected: Map<string, Row>;
  found: [record_key: string, row: Row][];
  /** Objects that still wait. */
  waiting: string[];
  /** Lines of withdrawn records that still have a text. */
  stale: Line[];
  /** Number of statements that have merged each object. */
  reads: number[];
  steps: string[];
}

const START = Date.UTC(2026, 10, 27, 0, 30);
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Objects arrive in the first hour, and faults end after two. */
const FAULTS_END = START + 2 * HOUR_MS;
const END = START + 27 * HOUR_MS;
const TIMEOUT_MS = 900_000;

interface World {
  scheduler: Scheduler;
  random: Random;
  objects: Map<string, Line[]>;
  /** Returns the probability now, which is 0 after the faults have ended. */
  chance(probability: number): boolean;
  /** Creates what an invocation needs. `isDead` says whether the invocation has been killed. */
  createDeps(isDead: () => boolean): MessagesDeps;
}

/** Runs the keeper on a generated history, in virtual time. */
export async function simulateKeeper(run: KeeperRun): Promise<KeeperOutcome> {
  const random = createRandom(run.seed);
  const scheduler = createScheduler(random.fork(), START);
  const history = generateHistory(random.fork(), 5 + random.int(20), run.old_share);
  const objects = new Map<string, Line[]>();
  const hasFaults = () => run.has_faults && scheduler.now() < FAULTS_END;
  const chance = (probability: number) => hasFaults() && random.chance(probability);
  const failure = () => (hasFaults() ? 0.1 : 0);
  const athena = createSimulatedAthena({ scheduler, random: random.fork(), objects, failure });
  const stores = createFakeManifest(scheduler.now);
  const lease = createFakeTableLease(scheduler.now);
  const world: World = {
    ...{ scheduler, random, objects, chance },
    createDeps: (isDead) => {
      const wrap = <Port extends object>(port: Port) => addFaults(world, port, isDead);
      const statements = wrap(athena.statements);
      return {
        manifest: wrap(stores.manifest),
        lease: wrap(lease),
        statements,
        raw: createRaw(world, isDead),
        queue: wrap({
          send: async (message: object, s: number) => send(world, message, s * 1_000),
        }),
        preparation: createTablePreparation({ statements, bucket: 'lake', snapshot_days: 1 }),
        newOwner: () => `keeper-${random.next()}`,
        now: scheduler.now,
        sleep: (ms) => scheduler.sleep(ms, 'poll'),
        ...{ bucket: 'lake', interval_ms: MINUTE_MS },
        retention: { by_tenant: {}, by_source: {} },
        readBuckets: async () => [],
        ...{ log: () => {}, logError: () => {}, measure: () => {} },
      };
    },
  };
  deliverObjects(world, history.lines);
  every(world, 10 * MINUTE_MS, { kind: 'merge' });
  every(world, HOUR_MS, { kind: 'maintain' });
  await scheduler.run(() => scheduler.now() >= END, 2_000_000);
  return {
    expected: history.rows,
    found: [...athena.table].map(([name, row]) => [name.slice(11), row]),
    waiting: [...stores.waiting.keys()],
    stale: findStale(objects, history.rows),
    reads: [...objects.keys()].map((key) => athena.reads.get(key) ?? 0),
    steps: scheduler.recent(),
  };
}

/** Puts the lines into objects, in any order, and announces each object once or twice. */
function deliverObjects(world: World, lines: Line[]): void {
  const { scheduler, random, objects } = world;
  const names = Array.from({ length: 2 + random.int(8) }, (_, i) => {
    const at = random.int(HOUR_MS);
    return {
      at,
      key: `${RAW_PREFIX}${formatHour(START + at)}/object-${i}.gz`,
      lines: [] as Line[],
    };
  });
  for (const line of lines) random.pick(names).lines.push(line);
  for (const { at, key, lines: content } of names) {
    scheduler.after(at, `${key} arrives`, () => {
      objects.set(key, content);
      const event = {
        'detail-type': 'Object Created',
        detail: { bucket: { name: 'lake' }, object: { key } },
      };
      // The night's search finds an object whose event is lost.
      if (world.chance(0.1)) return;
      send(world, event, random.int(MINUTE_MS));
      if (random.chance(0.2)) send(world, event, random.int(HOUR_MS));
    });
  }
}

function every(world: World, period_ms: number, message: object): void {
  world.scheduler.after(period_ms, 'schedule', () => {
    send(world, message, 0);
    every(world, period_ms, message);
  });
}

/** Delivers a message to an invocation. If the invocation dies or fails, delivers it again later. */
function send(world: World, message: object, delay_ms: number): void {
  const { scheduler, random } = world;
  scheduler.after(delay_ms, JSON.stringify(message).slice(0, 40), () => {
    let is_dead = false;
    let is_done = false;
    const ends_at = scheduler.now() + TIMEOUT_MS;
    const kill = () => {
      if (is_done || is_dead) return;
      is_dead = true;
      send(world, message, random.int(10 * MINUTE_MS));
    };
    if (world.chance(0.15)) scheduler.after(random.int(3 * MINUTE_MS), 'kill', kill);
    scheduler.after(TIMEOUT_MS, 'timeout', kill);
    const handle = createMessageHandler(world.createDeps(() => is_dead));
    const record = { messageId: '1', body: JSON.stringify(message) } as SQSRecord;
    handle([record], () => ends_at - scheduler.now()).then(
      ({ batchItemFailures }) => {
        is_done = true;
        if (batchItemFailures.length > 0) send(world, message, random.int(5 * MINUTE_MS));
      },
      (error: unknown) => scheduler.fail(error),
    );
  });
}

/** Delays each call. A call may fail before or after its effect, and a dead caller gets no answer. */
function addFaults<Port extends object>(world: World, port: Port, isDead: () => boolean): Port {
  const { scheduler, random } = world;
  const entries = Object.entries(
    port as Record<string, (...inputs: unknown[]) => Promise<unknown>>,
  );
  const wrapped = entries.map(([name, call]) => [
    name,
    async (...inputs: unknown[]) => {
      await pauseCall(world, isDead, name);
      if (world.chance(0.02)) throw new ServiceError(name, 'Unavailable', { retryable: true });
      const answer = await call(...inputs);
      if (random.chance(0.5)) await pauseCall(world, isDead, name);
      if (world.chance(0.02)) throw new ServiceError(name, 'AnswerLost', { retryable: true });
      if (isDead()) await new Promise(() => {});
      return answer;
    },
  ]);
  void scheduler;
  return Object.fromEntries(wrapped) as Port;
}

async function pauseCall({ scheduler, random }: World, isDead: () => boolean, name: string) {
  await scheduler.sleep(random.int(500), name);
  if (isDead()) await new Promise(() => {});
}

function createRaw(world: World, isDead: () => boolean): RawObjects {
  const { objects } = world;
  const calls = addFaults(
    world,
    {
      days: async () => [...new Set([...objects.keys()].map(readDay))].sort(),
      size: async (key: string) => (objects.has(key) ? 1_000 : undefined),
      async blank(key: string, isStale: (line: Line) => boolean) {
        const lines = objects.get(key) ?? [];
        const blanked = lines.map(({ text, ...line }) =>
          isStale(line) ? line : { ...line, text },
        );
        objects.set(key, blanked);
        const event = {
          'detail-type': 'Object Created',
          detail: { bucket: { name: 'lake' }, object: { key } },
        };
        send(world, event, 0);
      },
    },
    isDead,
  );
  return {
    ...calls,
    async *lines(key) {
      yield* objects.get(key) ?? [];
    },
    async *keys(hour) {
      yield* [...objects.keys()].filter((key) => key.startsWith(`${RAW_PREFIX}${hour}/`));
    },
  };
}

const readDay = (key: string) =>
  key.slice(RAW_PREFIX.length, RAW_PREFIX.length + 10).replaceAll('/', '-');

/** Returns the lines with a text that are older than the withdrawal of their record. */
function findStale(objects: Map<string, Line[]>, rows: Map<string, Row>): Line[] {
  return [...objects.values()].flat().filter((line) => {
    const row = rows.get(recordKey(line));
    const is_withdrawn = row?.status === 'withdrawn' && (line.revision ?? 0) < row.revision;
    return is_withdrawn && line.text !== undefined;
  });
}
