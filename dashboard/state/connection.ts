import { computed, signal } from '@preact/signals';
import type { Feed } from '../api/poller.ts';
import type { Problem } from '../api/problem.ts';

/** The feeds of the visible page, by their paths. */
const feeds = signal<ReadonlyMap<string, Feed<unknown>>>(new Map());

/** Notes the state of a feed. `undefined` means that the page shows it no longer. */
export function reportFeed(name: string, feed: Feed<unknown> | undefined): void {
  const next = new Map(feeds.value);
  if (feed === undefined) next.delete(name);
  else next.set(name, feed);
  feeds.value = next;
}

/** Problems that concern the whole page, and not one request of it. */
const GENERAL = ['unreachable', 'key', 'busy', 'bug'];

/** The first general problem of the visible page, and the time of the data that it still shows. */
export const trouble = computed((): { problem: Problem; at: number | undefined } | undefined => {
  for (const { problem, at } of feeds.value.values()) {
    if (problem !== undefined && GENERAL.includes(problem.kind)) return { problem, at };
  }
  return undefined;
});

/** Time at which the API last answered the visible page, in epoch milliseconds. */
export const answered_at = computed(() => {
  const times = [...feeds.value.values()].flatMap(({ at }) => at ?? []);
  return times.length === 0 ? undefined : Math.max(...times);
});
