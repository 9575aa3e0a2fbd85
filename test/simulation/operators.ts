import type { KinesisStreamRecord } from 'aws-lambda';
import { createPublisher, type Publisher } from '../../ingest/index.ts';
import { listFailedBatches, redrive } from '../../operations/redrive.ts';
import { replay } from '../../operations/replay.ts';
import { replaySetAside } from '../../operations/replay-set-aside.ts';
import {
  type FailureReport,
  type RecordIdentity,
  type RestoredMark,
  type Result,
  ServiceError,
} from '../../schemas/index.ts';
import type { Checker } from './checks/checker.ts';
import { ANALYZER, RESTORE_KEY, resultOf, type Stored, textKey } from './services.ts';
import type { Claim } from './specs.ts';
import type { Shard, SimulatedStream, StreamRecord } from './stream.ts';
import { type Environment, startedAt, type World } from './world.ts';

export interface OperatorsDeps {
  world: World;
  stored: Stored;
  stream: SimulatedStream;
  checker: Checker;
  /** Texts that are not on S3 yet, although records wait for them. */
  late_texts: LateText[];
  /** Repairs the bytes of a set-aside. Returns undefined if operators leave the set-aside alone. */
  repair: (bytes: Buffer) => Buffer | undefined;
}

export interface LateText {
  tenant: string;
  text: string;
  claim: Claim;
}

export type Operators = ReturnType<typeof createOperators>;

/**
 * Creates the operators of a simulated world. Operators put given-up batches back, replay
 * set-asides and analyse records again, while everything else goes on. Their commands may fail or
 * be killed, and are run again later.
 */
export function createOperators(deps: OperatorsDeps) {
  const { world, stored, checker } = deps;
  const reports = new Map<string, FailureReport>();
  const marks = new Map<string, RestoredMark>();

  const bucketOf = (environment: Environment) => {
    const call = <Value>(action: string, effect: () => Value) =>
      world.call(environment, 'failure_bucket', action, effect);
    return {
      reports: {
        async *keys() {
          yield* await call('list', () => [...reports.keys()].sort());
        },
        read: (key: string) => call('read', () => reports.get(key)),
      },
      marks: {
        get: (key: string) => call('get mark', () => marks.get(key)),
        put: (key: string, mark: RestoredMark) =>
          call('put mark', () => {
            checker.onMark(key);
            marks.set(key, mark);
          }),
      },
      set_asides: {
        get: (id: string) =>
          world.call(environment, 'set_asides', 'get', () => stored.set_asides.get(id)),
      },
      restoreKey: () => world.call(environment, 'secrets', 'get', () => RESTORE_KEY),
      now: world.clockOf(environment),
    };
  };

  async function redriveAll(environment: Environment, publisher: Publisher): Promise<void> {
    const bucket = bucketOf(environment);
    for await (const { key, restored_at } of listFailedBatches(bucket)) {
      if (restored_at === undefined) await redrive(bucket, publisher, key);
    }
  }

  async function replaySetAsides(environment: Environment, publisher: Publisher): Promise<void> {
    const { reports: _, set_asides, ...bucket } = bucketOf(environment);
    const claims = {
      get: (tenant: string, sha256: string) =>
        world.call(environment, 'claims', 'get', () => stored.texts.get(textKey(tenant, sha256))),
    };
    const fix = (bytes: Uint8Array, { reason }: { reason: string }) =>
      reason === 'text_missing' ? bytes : deps.repair(Buffer.from(bytes));
    for (const id of [...stored.set_asides.keys()]) {
      const set_aside = marks.has(id) ? undefined : await set_asides.get(id);
      if (set_aside === undefined) continue;
      await replaySetAside({ ...bucket, publisher, claims, fix, dry_run: false }, set_aside);
    }
  }

  function replayAll(environment: Environment, publisher: Publisher): Promise<unknown> {
    const version = world.analyzerVersion();
    return replay(
      {
        lake: { hour: (hour) => readHour(deps, environment, hour) },
        results: { getMany: (keys) => readCurrent(deps, environment, keys) },
        publisher,
        pace: () => world.scheduler.sleep(10, 'pace'),
        now: world.clockOf(environment),
      },
      {
        from: startedAt(),
        to: world.scheduler.now() + 1,
        analyzer: { name: ANALYZER, version },
      },
    );
  }

  const commands = { redriveAll, replaySetAsides, replayAll, uploadTexts };
  const OFTEN: (keyof typeof commands)[] = [
    ...(['redriveAll', 'redriveAll', 'replaySetAsides'] as const),
    ...(['replaySetAsides', 'replayAll', 'uploadTexts'] as const),
  ];

  async function uploadTexts(environment: Environment): Promise<void> {
    for (const { tenant, text, claim } of deps.late_texts) {
      if (claim.put_at !== undefined) continue;
      await world.call(environment, 'claims', 'put', () => {
        claim.put_at ??= world.scheduler.now();
        stored.texts.set(textKey(tenant, claim.sha256), text);
      });
    }
  }

  /** Runs a command. A command that fails because of a service is run again later. */
  async function run(name: keyof typeof commands, environment: Environment): Promise<void> {
    const publisher = createOperatorPublisher(deps, environment);
    try {
      await commands[name](environment, publisher);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
    }
    await publisher.close();
  }

  return {
    onGivenUp(shard: Shard, records: StreamRecord[], event: KinesisStreamRecord[]): void {
      const key = `aws/lambda/${shard.shard_id}/${records[0]!.sequence_number}-${reports.size}`;
      reports.set(key, {
        requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 3 },
        timestamp: new Date(world.scheduler.now()).toISOString(),
        KinesisBatchInfo: { shardId: shard.shard_id, batchSize: records.length },
        payload: JSON.stringify({ Records: event }),
      });
      checker.onGivenUp(key, records);
    },
    /** Runs a command at random times, in environments that may be killed, until faults end. */
    startAtRandomTimes(): void {
      const next = () => {
        world.scheduler.after(world.random.int(10_000), 'operator', () => {
          if (world.isFaultFree()) return;
          const environment = world.environment('operator');
          const name = world.random.pick(OFTEN);
          if (world.random.chance(0.2)) {
            world.scheduler.after(world.random.int(3_000), 'operator killed', () => {
              environment.killed = true;
            });
          }
          run(name, environment).catch((error: unknown) => world.scheduler.fail(error));
          next();
        });
      };
      next();
    },
    run: (name: keyof typeof commands) => run(name, world.environment('operator')),
    /** Returns the keys of the batches that are not put back. */
    notRestored: () => [...reports.keys()].filter((key) => !marks.has(key)),
    countReports: () => reports.size,
    countMarks: () => marks.size,
  };
}

function createOperatorPublisher({ world, stream }: OperatorsDeps, environment: Environment) {
  const random = world.random.fork();
  return createPublisher({
    stream: stream.as(environment),
    linger_ms: 5,
    max_attempts: world.isFaultFree() ? 10 : random.pick([1, 1, 2, 10]),
    pause: (attempt) => world.scheduler.sleep(random.between(0, 50 * 2 ** attempt), 'pause'),
  });
}

const HOUR_MS = 3_600_000;

async function* readHour(
  { world, stored }: OperatorsDeps,
  environment: Environment,
  hour: number,
): AsyncIterable<Result> {
  yield* await world.call(environment, 'lake', 'read', () =>
    stored.lines
      .filter(({ delivered_at }) => delivered_at >= hour && delivered_at < hour + HOUR_MS)
      .map(({ result }) => result),
  );
}

function readCurrent(
  { world, stored }: OperatorsDeps,
  environment: Environment,
  keys: RecordIdentity[],
): Promise<Map<string, Result>> {
  return world.call(environment, 'results_table', 'BatchGetItem', () => {
    const rows = keys.flatMap(({ tenant, source, record_id }): [string, Result][] => {
      const key = `${tenant}#${source}#${record_id}`;
      const item = stored.table.items.get(key);
      return item === undefined ? [] : [[key, resultOf(item)]];
    });
    return new Map(rows);
  });
}
