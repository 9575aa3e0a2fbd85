/**
 * A loop that pages or polls against a stub with constant answers never ends, and never lets a
 * timer run. Vitest could then not even end the test. Therefore stubs count their calls and throw
 * an error if there are far too many calls without a turn of the event loop between them.
 */
const MOST_CALLS = 5_000;

// Tests replace setImmediate by fake timers.
const nextTurn = setImmediate;
let calls = 0;

/**
 * Counts a call of a stub.
 *
 * @throws {Error} if a loop calls stubs endlessly.
 */
export function countStubCall(): void {
  if (calls === 0) nextTurn(() => (calls = 0));
  calls += 1;
  if (calls > MOST_CALLS) throw new Error('An endless loop calls a stub');
}

/** A stub of a pause or of a sleep that takes no time. */
export async function skipPause(): Promise<void> {
  countStubCall();
}
