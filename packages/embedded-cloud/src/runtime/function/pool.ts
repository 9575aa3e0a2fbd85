import type { ExecutionEnvironment } from './environment.ts';

/** The part of an execution environment that the pool uses. */
type Member = Pick<ExecutionEnvironment, 'kill' | 'isDead'>;

/**
 * A limit on the number of concurrent invocations. All functions without reserved concurrency share
 * one limit.
 */
export interface Concurrency {
  /**
   * Takes a slot for an invocation.
   * @returns false if the limit is reached.
   */
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

export interface PoolOptions<Environment> {
  start: () => Environment;
  /**
   * Maximum number of threads that one function may have on this machine. Further invocations wait
   * for a free thread.
   */
  most: number;
  /** Time for which an unused environment stays warm, in milliseconds. */
  idle_ms: number;
}

/**
 * The execution environments of a function. Each environment serves one invocation at a time, and
 * is reused while it is warm.
 */
export interface Pool<Environment> {
  take(): Promise<Environment>;
  giveBack(environment: Environment): void;
  size(): number;
  stop(): Promise<void>;
}

const RETIRED = { errorType: 'Sandbox.Stopped', errorMessage: 'The environment was retired.' };

export function createPool<Environment extends Member>(
  options: PoolOptions<Environment>,
): Pool<Environment> {
  const all = new Set<Environment>();
  /**
   * Idle environments in the order of their last use. The most recently used environment is last.
   */
  const idle = new Map<Environment, NodeJS.Timeout>();
  const waiting: ((environment: Environment) => void)[] = [];
  let stopped = false;

  const retire = (environment: Environment) => {
    all.delete(environment);
    return environment.kill(RETIRED);
  };
  const start = () => {
    const environment = options.start();
    all.add(environment);
    // If an invocation is still waiting when the pool stops, the invocation receives a dead
    // environment and fails.
    if (stopped) void retire(environment);
    return environment;
  };
  /**
   * Takes the idle environment that was used last, because its caches are warm. The older
   * environments can then time out.
   */
  const takeIdle = () => {
    for (const [environment, timer] of [...idle].reverse()) {
      clearTimeout(timer);
      idle.delete(environment);
      if (!environment.isDead()) return environment;
      all.delete(environment);
    }
    return undefined;
  };
  const keepWarm = (environment: Environment) => {
    const timer = setTimeout(() => {
      idle.delete(environment);
      void retire(environment);
    }, options.idle_ms);
    timer.unref();
    idle.set(environment, timer);
  };

  return {
    async take() {
      const warm = takeIdle();
      if (warm !== undefined) return warm;
      if (all.size < options.most) return start();
      return await new Promise((resolve) => waiting.push(resolve));
    },
    giveBack(environment) {
      const isDead = environment.isDead();
      if (isDead) all.delete(environment);
      const next = waiting.shift();
      if (next !== undefined) next(isDead ? start() : environment);
      else if (!isDead) keepWarm(environment);
    },
    size: () => all.size,
    async stop() {
      stopped = true;
      for (const timer of idle.values()) clearTimeout(timer);
      await Promise.all([...all].map(retire));
    },
  };
}
