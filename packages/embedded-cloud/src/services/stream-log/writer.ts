import { divideIntoChunks, encodeChunk, firstOf } from './chunk.ts';
import type { KeyValueStore, Operation } from './key-value.ts';
import type { ShardState } from './shard-state.ts';
import type { LogRecord } from './types.ts';

/** The writes of one batch. */
export interface Commit {
  operations: Operation[];
  /** The new records of each shard, in order, with the prefix of the shard's keys. */
  records: Map<ShardState, { prefix: string; list: LogRecord[] }>;
  /** Functions that are called after the batch is written. */
  on_committed: (() => void)[];
}

/**
 * Plans a write. The function adds the write to the batch, and returns the result of the write,
 * which the caller receives after the batch is written.
 */
type Plan<Result> = (commit: Commit) => Result;

interface Command {
  plan: Plan<unknown>;
  resolve(result: unknown): void;
  reject(cause: unknown): void;
}

export interface Writer {
  run<Result>(plan: Plan<Result>): Promise<Result>;
  /** Waits until no write is running. */
  waitUntilIdle(): Promise<void>;
}

/**
 * Creates a writer that plans all writes in the order of the calls. Writes that wait while a batch
 * is being written are the next batch. Readers therefore see the records of a shard in the order of
 * their sequence numbers. After a failed batch, the writer refuses all writes, because the plans
 * have changed the state in memory.
 */
export function createWriter(store: KeyValueStore): Writer {
  let waiting: Command[] = [];
  let running: Promise<void> | undefined;
  let failure: { cause: unknown } | undefined;

  const writeBatch = async (commands: Command[]) => {
    const commit: Commit = { operations: [], records: new Map(), on_committed: [] };
    const done = commands.map((command) => plan(command, commit));
    try {
      if (failure !== undefined) throw failure.cause;
      const chunks = [...commit.records].map(([state, { prefix, list }]) => {
        return { state, prefix, chunks: divideIntoChunks(list) };
      });
      const operations = [...commit.operations, ...chunks.flatMap(chunkOperations)];
      if (operations.length > 0) await store.batch(operations);
      for (const { state, chunks: published } of chunks) state.publish(published);
      for (const react of commit.on_committed) react();
      for (const { finish } of done) finish();
    } catch (cause) {
      failure ??= { cause };
      for (const { command } of done) command.reject(cause);
    }
  };
  const drain = async () => {
    while (waiting.length > 0) {
      const commands = waiting;
      waiting = [];
      await writeBatch(commands);
    }
    running = undefined;
  };

  return {
    run: (plan) =>
      new Promise((resolve, reject) => {
        waiting.push({ plan, resolve: resolve as Command['resolve'], reject });
        running ??= Promise.resolve().then(drain);
      }),
    async waitUntilIdle() {
      await running;
    },
  };
}

/** Calls a plan. A plan that throws has no effect on the other writes of the batch. */
function plan(command: Command, commit: Commit) {
  try {
    const result = command.plan(commit);
    return { command, finish: () => command.resolve(result) };
  } catch (cause) {
    return { command, finish: () => command.reject(cause) };
  }
}

function chunkOperations({
  prefix,
  chunks,
}: {
  prefix: string;
  chunks: ReturnType<typeof divideIntoChunks>;
}): Operation[] {
  return chunks.map((chunk) => ({
    type: 'put',
    key: `${prefix}${firstOf(chunk).sequence_number}`,
    value: encodeChunk(chunk),
    valueEncoding: 'utf8',
  }));
}
