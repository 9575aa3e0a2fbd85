import type { Random } from '../support/random.ts';

/**
 * Runs steps in virtual time, without waiting. The seed decides the order of steps that are due at
 * the same time.
 */
export interface Scheduler {
  /** Returns the time of the simulated world, in epoch milliseconds. */
  now(): number;
  /**
   * Schedules a step.
   *
   * @returns a function that cancels the step.
   */
  after(ms: number, label: string, run: () => void): () => void;
  sleep(ms: number, label: string): Promise<void>;
  /**
   * Runs steps one at a time, until no step is left or `isOver()` returns true. Rethrows an error
   * that a step throws.
   *
   * @throws {Error} after `max_steps` steps.
   */
  run(isOver: () => boolean, max_steps: number): Promise<void>;
  /** Ends the run with the given error after the current step. */
  fail(error: unknown): void;
  steps(): number;
  /**
   * Returns a hash of the label and time of every step. Runs of the same seed have equal hashes.
   */
  fingerprint(): string;
  /** Returns descriptions of the last steps, oldest first. */
  recent(): string[];
}

interface Step {
  at: number;
  /**
   * A random number. Steps that are due at the same time run in the order of their random numbers.
   */
  tie: number;
  label: string;
  run: (() => void) | undefined;
}

const RECENT = 200;

export function createScheduler(random: Random, started_at: number): Scheduler {
  const heap: Step[] = [];
  const recent: string[] = [];
  let now = started_at;
  let steps = 0;
  let hash = 0x811c9dc5;
  let failure: { error: unknown } | undefined;

  const note = (step: Step) => {
    const line = `${step.at - started_at} ms  ${step.label}`;
    for (let i = 0; i < line.length; i += 1)
      hash = Math.imul(hash ^ line.charCodeAt(i), 0x01000193);
    recent.push(line);
    if (recent.length > RECENT) recent.shift();
  };
  const after = (ms: number, label: string, run: () => void) => {
    const step: Step = { at: now + Math.max(0, Math.round(ms)), tie: random.next(), label, run };
    push(heap, step);
    return () => {
      step.run = undefined;
    };
  };
  return {
    now: () => now,
    after,
    sleep: (ms, label) => new Promise((resolve) => after(ms, label, resolve)),
    async run(isOver, max_steps) {
      for (;;) {
        // Wait until the code of the last step has run as far as it can without another step.
        await settle();
        if (failure !== undefined) throw failure.error;
        if (isOver()) return;
        const step = pop(heap);
        if (step === undefined) return;
        if (step.run === undefined) continue;
        now = step.at;
        steps += 1;
        if (steps > max_steps)
          throw new Error(`The simulation did not end within ${max_steps} steps`);
        note(step);
        step.run();
      }
    },
    fail(error) {
      failure ??= { error };
    },
    steps: () => steps,
    fingerprint: () => (hash >>> 0).toString(16).padStart(8, '0'),
    recent: () => [...recent],
  };
}

/**
 * Resolves when the code of the last step has run as far as it can. Node.js calls the callback of
 * `nextTick` after all microtasks, and that is much cheaper than a turn of the event loop. A callback
 * of `nextTick` that starts the simulation is the exception: Node.js then calls the first callback
 * before the microtasks of the simulation, and the second one after them. The second call also lets
 * callbacks run that the code itself has passed to `nextTick`.
 */
async function settle(): Promise<void> {
  await new Promise<void>((resolve) => process.nextTick(resolve));
  await new Promise<void>((resolve) => process.nextTick(resolve));
}

function before(a: Step, b: Step): boolean {
  return a.at < b.at || (a.at === b.at && a.tie < b.tie);
}

function push(heap: Step[], step: Step): void {
  let i = heap.push(step) - 1;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (!before(heap[i]!, heap[parent]!)) return;
    [heap[i], heap[parent]] = [heap[parent]!, heap[i]!];
    i = parent;
  }
}

function pop(heap: Step[]): Step | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  heap[0] = last;
  for (let i = 0; ; ) {
    const left = 2 * i + 1;
    const right = left + 1;
    let least = i;
    if (left < heap.length && before(heap[left]!, heap[least]!)) least = left;
    if (right < heap.length && before(heap[right]!, heap[least]!)) least = right;
    if (least === i) return first;
    [heap[i], heap[least]] = [heap[least]!, heap[i]!];
    i = least;
  }
}

/**
 * Replaces `setTimeout` and `clearTimeout` by virtual timers, and `Math.random` by the numbers of
 * the seed, while `work` runs.
 */
export async function onVirtualTimers<Value>(
  scheduler: Scheduler,
  random: Random,
  work: () => Promise<Value>,
): Promise<Value> {
  const real = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    random: Math.random,
  };
  const virtualSetTimeout = (run: () => void, ms = 0) => {
    const cancel = scheduler.after(ms, 'timer', run);
    const handle = { cancel, ref: () => handle, unref: () => handle, hasRef: () => true };
    return handle;
  };
  const virtualClearTimeout = (handle?: { cancel?: () => void }) => handle?.cancel?.();
  globalThis.setTimeout = virtualSetTimeout as unknown as typeof setTimeout;
  globalThis.clearTimeout = virtualClearTimeout as unknown as typeof clearTimeout;
  Math.random = random.next;
  try {
    return await work();
  } finally {
    Math.random = real.random;
    globalThis.setTimeout = real.setTimeout;
    globalThis.clearTimeout = real.clearTimeout;
  }
}
