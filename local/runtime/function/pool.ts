import type { ExecutionEnvironment } from './environment.ts';

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

export interface PoolOptions<Member> {
  start: () => Member;
  /** Threads that this machine should hold for one function: what comes beyond waits for one to be free. */
  most: number;
  /** How long an environment stays warm, in ms. */
  idle_ms: number;
}

/** A function's execution environments: reused while warm, one invocation at a time each. */
export interface Pool<Member> {
  take(): Promise<Member>;
  giveBack(environment: Member): void;
  size(): number;
  stop(): Promise<void>;
}

export function createPool<Member extends ExecutionEnvironment>(
  options: PoolOptions<Member>,
): Pool<Member> {
  const all = new Set<Member>();
  const idle: { environment: Member; timer: NodeJS.Timeout }[] = [];
  const waiting: ((environment: Member) => void)[] = [];

  const start = () => {
    const environment = options.start();
    all.add(environment);
    return environment;
  };
  const retire = (environment: Member) => {
    all.delete(environment);
    return environment.kill(RETIRED);
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
      for (const { timer } of idle) clearTimeout(timer);
      await Promise.all([...all].map(retire));
    },
  };
}

const RETIRED = { errorType: 'Sandbox.Stopped', errorMessage: 'The environment was retired.' };
