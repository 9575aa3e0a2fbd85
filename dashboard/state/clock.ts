import { signal } from '@preact/signals';

const MINUTE_MS = 60_000;

/** The time in epoch milliseconds, at the last full minute. Periods that end now move with it. */
export const minute = signal(readMinute());

setInterval(() => {
  minute.value = readMinute();
}, 1_000);

function readMinute(): number {
  return Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
}
