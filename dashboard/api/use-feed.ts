import { useEffect, useRef, useState } from 'preact/hooks';
import { reportFeed } from '../state/connection.ts';
import { key } from '../state/key.ts';
import { createPoller, type Feed } from './poller.ts';
import { type Query, request, writePath } from './request.ts';

/** The last answers, so that a view that the user has seen shows at once. */
const known = new Map<string, Feed<unknown>>();
const KEPT_ANSWERS = 60;

export interface UsedFeed<Value> extends Feed<Value> {
  /** Whether the value belongs to other parameters, and the new one is on its way. */
  is_stale: boolean;
  refresh: () => void;
}

/**
 * Polls a path while the tab is visible. While the parameters change, the last value stays, so that
 * the page does not flicker.
 *
 * @param is_on whether to poll at all.
 */
export function useFeed<Value>(
  path: string,
  query: Query,
  interval_ms: number,
  { is_on = true } = {},
): UsedFeed<Value> {
  const name = writePath(path, query);
  const used_key = key.value;
  const [shown, setShown] = useState<{ name: string; feed: Feed<Value> }>({ name, feed: {} });
  const refresh = useRef(() => {});
  useEffect(() => {
    if (!is_on) return;
    const poller = createPoller<Value>(
      {
        read: (etag, signal) => readAnswer<Value>(name, etag, signal),
        on_change: (feed) => {
          remember(name, feed);
          reportFeed(name, feed);
          setShown((before) => ({ name, feed: keepValue(before.feed, feed) }));
        },
        interval_ms,
        now: Date.now,
        setTimer: (run, ms) => setTimeout(run, ms),
        clearTimer: (timer) => clearTimeout(timer as number),
      },
      known.get(name) as Feed<Value> | undefined,
    );
    const seen = known.get(name) as Feed<Value> | undefined;
    if (seen?.value !== undefined) setShown({ name, feed: seen });
    refresh.current = poller.refresh;
    const follow = () => (document.hidden ? poller.pause() : poller.resume());
    document.addEventListener('visibilitychange', follow);
    poller.start();
    return () => {
      document.removeEventListener('visibilitychange', follow);
      poller.stop();
      reportFeed(name, undefined);
    };
  }, [name, used_key, interval_ms, is_on]);
  return { ...shown.feed, is_stale: shown.name !== name, refresh: () => refresh.current() };
}

/** Forgets all answers, as when another key is entered, which may belong to another tenant. */
export function forgetAnswers(): void {
  known.clear();
}

function keepValue<Value>(before: Feed<Value>, feed: Feed<Value>): Feed<Value> {
  return feed.value === undefined && feed.problem !== undefined
    ? { ...before, problem: feed.problem }
    : feed;
}

function remember(name: string, feed: Feed<unknown>): void {
  if (feed.problem !== undefined) return;
  known.delete(name);
  known.set(name, feed);
  const [oldest] = known.keys();
  if (known.size > KEPT_ANSWERS && oldest !== undefined) known.delete(oldest);
}

async function readAnswer<Value>(name: string, etag: string | undefined, signal: AbortSignal) {
  const headers: Record<string, string> = etag === undefined ? {} : { 'If-None-Match': etag };
  const response = await request(name, { headers, signal });
  if (response.status === 304) return 'unchanged';
  const value = (await response.json()) as Value;
  return { value, etag: response.headers.get('etag') ?? undefined };
}
