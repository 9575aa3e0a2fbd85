import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { abortOnInterrupt, INTERRUPTED } from '../../../cli/stop.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
let before: Record<(typeof SIGNALS)[number], unknown[]>;
const exit = vi.spyOn(process, 'exit');

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  exit.mockImplementation(() => undefined as never);
  before = { SIGINT: process.listeners('SIGINT'), SIGTERM: process.listeners('SIGTERM') };
});
afterEach(() => {
  for (const signal of SIGNALS) {
    for (const listener of addedTo(signal)) process.removeListener(signal, listener);
  }
  exit.mockReset();
  vi.useRealTimers();
});

const addedTo = (signal: (typeof SIGNALS)[number]) =>
  process.listeners(signal).filter((listener) => !before[signal].includes(listener));

/** Sends a signal to the listeners of the command alone, and not to those of the test runner. */
function send(signal: (typeof SIGNALS)[number]): void {
  for (const listener of addedTo(signal)) listener(signal);
}

it.each(SIGNALS)('%s stops the command, and does not end the process at once', (signal) => {
  const stopping = abortOnInterrupt();
  expect(stopping.aborted).toBe(false);
  send(signal);
  expect(stopping.aborted).toBe(true);
  expect(exit).not.toHaveBeenCalled();
});

it('one Ctrl-C that arrives as several signals within 300 ms does not end the process', () => {
  abortOnInterrupt();
  for (const wait_ms of [0, 100, 200]) {
    vi.advanceTimersByTime(wait_ms);
    send('SIGINT');
  }
  expect(exit).not.toHaveBeenCalled();
});

it('a second Ctrl-C ends the process at once with the exit code 130', () => {
  abortOnInterrupt();
  send('SIGINT');
  vi.advanceTimersByTime(200);
  send('SIGINT');
  vi.advanceTimersByTime(101);
  send('SIGINT');
  expect(exit.mock.calls).toEqual([[130]]);
  expect(INTERRUPTED).toBe(130);
});
