import { defineConfig } from 'vitest/config';
import { MUTATED_ROOMS, PATIENCE_VARIABLE, ROOM_VARIABLE, SLOW_TESTS } from './rooms.ts';

const patience = Number(process.env[PATIENCE_VARIABLE] ?? '1');
const room = MUTATED_ROOMS[process.env[ROOM_VARIABLE] ?? ''];

/** The fast unit tests of one room, for `npm run mutate`. */
export default defineConfig({
  test: {
    include: room?.tests ?? [],
    exclude: SLOW_TESTS,
    setupFiles: [
      'test/mutation/setup.ts',
      'test/support/no-processes-no-sockets.ts',
      'test/support/end-sdk-loops.ts',
    ],
    // A busy machine must not look like a test that hangs.
    testTimeout: 30_000 * patience,
    hookTimeout: 60_000 * patience,
  },
});
