import { expect, it } from 'vitest';
import {
  type Answer,
  createPoller,
  type Feed,
  pauseAfter,
} from '../../../../dashboard/api/poller.ts';
import { Problem } from '../../../../dashboard/api/problem.ts';

/** Creates a poller of a read that the test answers, with timers that the test fires. */
function testPoller(initial: Feed<string> = {}) {
  const feeds: Feed<string>[] = [];
  const tags: (string | undefined)[] = [];
  const timers: { run: () => void; ms: number }[] = [];
  let answer: (given: Answer<string> | Error) => Promise<void> = async () => {};
  let clock = 0;
  const poller = createPoller<string>(
    {
      read: (etag) => {
        tags.push(etag);
        return new Promise((resolve, reject) => {
          answer = async (given) => {
            if (given instanceof Error) reject(given);
            else resolve(given);
            await new Promise((done) => setImmediate(done));
          };
        });
      },
      on_change: (feed) => feeds.push(feed),
      interval_ms: 15_000,
      now: () => (clock += 1),
      setTimer: (run, ms) => {
        timers.push({ run, ms });
        return run;
      },
      clearTimer: (run) => {
        const index = timers.findIndex((timer) => timer.run === run);
        if (index >= 0) timers.splice(index, 1);
      },
    },
    initial,
  );
  const fire = () => timers.shift()?.run();
  return {
    poller,
    feeds,
    tags,
    timers,
    fire,
    answer: (given: Answer<string> | Error) => answer(given),
  };
}

it('a poller sends the tag of the last answer, and keeps the value that the API confirms', async () => {
  const { poller, feeds, tags, timers, fire, answer } = testPoller();
  poller.start();
  await answer({ value: 'first', etag: 'W/"1"' });
  expect(timers.map(({ ms }) => ms)).toEqual([15_000]);
  fire();
  await answer('unchanged');
  expect(tags).toEqual([undefined, 'W/"1"']);
  expect(feeds).toEqual([
    { value: 'first', at: 1 },
    { value: 'first', at: 2 },
  ]);
});

it('a failure keeps the last value and its time, and the next success ends the problem', async () => {
  const { poller, feeds, fire, answer } = testPoller();
  poller.start();
  await answer({ value: 'first', etag: undefined });
  fire();
  const problem = new Problem('unreachable', 'no route');
  await answer(problem);
  expect(feeds.at(-1)).toEqual({ value: 'first', at: 1, problem });
  fire();
  await answer({ value: 'second', etag: undefined });
  expect(feeds.at(-1)).toEqual({ value: 'second', at: 2 });
});

it('a paused poller sets no timer, and reads at once when it goes on', async () => {
  const { poller, tags, timers, answer } = testPoller();
  poller.start();
  poller.pause();
  await answer({ value: 'first', etag: undefined });
  expect(timers).toEqual([]);
  poller.resume();
  expect(tags).toHaveLength(2);
});

it('a poller sends one request at a time, and none after its stop', async () => {
  const { poller, tags, timers, feeds, answer } = testPoller();
  poller.start();
  poller.refresh();
  expect(tags).toHaveLength(1);
  poller.stop();
  await answer({ value: 'late', etag: undefined });
  expect([feeds, timers]).toEqual([[], []]);
});

it('an error that is no problem of a request counts as a bug', async () => {
  const { poller, feeds, answer } = testPoller({ value: 'kept' });
  poller.start();
  await answer(new TypeError('odd'));
  expect(feeds[0]).toMatchObject({ value: 'kept', problem: { kind: 'bug', message: 'odd' } });
});

it('pauses double with each failure up to a minute, or are as long as the API asks', () => {
  const pauses = [0, 1, 2, 3, 4, 9].map((failures) => pauseAfter(15_000, failures));
  expect(pauses).toEqual([15_000, 5_000, 10_000, 20_000, 40_000, 60_000]);
  expect(pauseAfter(15_000, 1, new Problem('busy', '', { retry_after: 3_600 }))).toBe(3_600_000);
});
