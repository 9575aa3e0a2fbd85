import { Problem } from './problem.ts';

/** The state of what is polled. A failure keeps the last value. */
export interface Feed<Value> {
  value?: Value | undefined;
  /** Time at which the API last confirmed the value, in epoch milliseconds. */
  at?: number | undefined;
  problem?: Problem | undefined;
}

/** An answer, or `unchanged` if the tag of the request still names it. */
export type Answer<Value> = { value: Value; etag: string | undefined } | 'unchanged';

export interface PollerDeps<Value> {
  /** Reads the value, unless the tag still names it. */
  read: (etag: string | undefined, signal: AbortSignal) => Promise<Answer<Value>>;
  on_change: (feed: Feed<Value>) => void;
  interval_ms: number;
  now: () => number;
  setTimer: (run: () => void, ms: number) => unknown;
  clearTimer: (timer: unknown) => void;
}

const LONGEST_PAUSE_MS = 60_000;

/**
 * Creates a poller. It reads at once, and again after each interval while it is not paused. After
 * failures it waits twice as long each time, up to a minute, or as long as the API asks.
 *
 * States: `reading` while a request is in flight, `waiting` while a timer runs, `paused`, `stopped`.
 */
export function createPoller<Value>(deps: PollerDeps<Value>, initial: Feed<Value> = {}) {
  let feed = initial;
  let etag: string | undefined;
  let timer: unknown;
  let failures = 0;
  let in_flight: AbortController | undefined;
  let is_paused = false;
  let is_stopped = false;

  const publish = (next: Feed<Value>) => {
    feed = next;
    deps.on_change(feed);
  };
  const schedule = (problem?: Problem) => {
    if (is_paused || is_stopped) return;
    timer = deps.setTimer(() => void poll(), pauseAfter(deps.interval_ms, failures, problem));
  };
  const poll = async () => {
    deps.clearTimer(timer);
    if (in_flight !== undefined || is_stopped) return;
    in_flight = new AbortController();
    let problem: Problem | undefined;
    try {
      const answer = await deps.read(etag, in_flight.signal);
      if (is_stopped) return;
      failures = 0;
      if (answer !== 'unchanged') etag = answer.etag;
      const value = answer === 'unchanged' ? feed.value : answer.value;
      publish({ value, at: deps.now() });
    } catch (error) {
      if (is_stopped) return;
      failures += 1;
      problem = error instanceof Problem ? error : new Problem('bug', (error as Error).message);
      publish({ ...feed, problem });
    } finally {
      in_flight = undefined;
    }
    schedule(problem);
  };
  return {
    start: () => void poll(),
    /** Reads again at once. */
    refresh: () => void poll(),
    pause: () => {
      is_paused = true;
      deps.clearTimer(timer);
    },
    resume: () => {
      if (!is_paused) return;
      is_paused = false;
      void poll();
    },
    stop: () => {
      is_stopped = true;
      deps.clearTimer(timer);
      in_flight?.abort();
    },
  };
}

/** Returns the time until the next attempt, in milliseconds. */
export function pauseAfter(interval_ms: number, failures: number, problem?: Problem): number {
  if (problem?.retry_after !== undefined) return problem.retry_after * 1_000;
  if (failures === 0) return interval_ms;
  return Math.min(LONGEST_PAUSE_MS, Math.max(1_000, interval_ms / 3) * 2 ** (failures - 1));
}
