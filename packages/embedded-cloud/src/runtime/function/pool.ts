import type { ExecutionEnvironment } from './environment.ts';

/** What the pool needs of an execution environment. */
type Member = Pick<ExecutionEnvironment, 'kill' | 'isDead'>;

/** Concurrent invocations that the account has left: one count for all functions without a reservation. */
export interface Concurrency {
  /** @returns whether one more may run. */
  acquire(): boolean;
  release(): void;
}

export function createConcurrency(limit: number): Concurrency {
  let running = 0;
  return {
    acquire() {
      if (running >= limit) return false;
      running += 1;
      return true;
    },
    release() {
      running -= 1;
    },
  };
}

export interface PoolOptions<One> {
  start: () => One;
  /** Threads that this machine should hold for one function: what comes beyond waits for one to be free. */
  most: number;
  /** How long an environment stays warm, in ms. */
  idle_ms: number;
}

/** A function's execution environments: reused while warm, one invocation at a time each. */
export interface Pool<One> {
  take(): Promise<One>;
  giveBack(environment: One): void;
  size(): number;
  stop(): Promise<void>;
}

export function createPool<One extends Member>(options: PoolOptions<One>): Pool<One> {
  const all = new Set<One>();
  const idle: { environment: One; timer: NodeJS.Timeout }[] = [];
  let stopped = false;
  const waiting: ((environment: One) => void)[] = [];

  const retire = (environment: One) => {
    all.delete(environment);
    return environment.kill(RETIRED);
  };
  const start = () => {
    const environment = options.start();
    all.add(environment);
    // What still waits for one is told that there will be none.
    if (stopped) void retire(environment);
    return environment;
  };

  return {
    async take() {
      // The one used last is the likeliest to have its caches filled; the others get to retire.
      for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
        clearTimeout(last.timer);
        if (!last.environment.isDead()) return last.environment;
        all.delete(last.environment);
      }
      if (all.size < options.most) return start();
      return await new Promise((resolve) => waiting.push(resolve));
    },
    giveBack(environment) {
      if (environment.isDead()) all.delete(environment);
      const next = waiting.shift();
      if (next !== undefined) return next(environment.isDead() ? start() : environment);
      if (environment.isDead()) return;
      const timer = setTimeout(() => {
        idle.splice(
          idle.findIndex((entry) => entry.environment === environment),
          1,
        );
        void retire(environment);
      }, options.idle_ms);
      timer.unref();
      idle.push({ environment, timer });
    },
    size: () => all.size,
    async stop() {
      stopped = true;
      for (const { timer } of idle) clearTimeout(timer);
      await Promise.all([...all].map(retire));
    },
  };
}

const RETIRED = { errorType: 'Sandbox.Stopped', errorMessage: 'The environment was retired.' };
