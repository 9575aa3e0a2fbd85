import type { Admit } from '../../ingest/submission/admit.ts';
import type { Pace } from '../../ingest/submission/pace.ts';

/** A bulk stream that always has room, and a quota and a budget that are large enough for every job. */
export const NO_LIMITS: { admit: Admit; unitsOf: () => undefined; startPace: () => Pace } = {
  admit: async () => undefined,
  unitsOf: () => undefined,
  startPace: () => ({
    waitForRoom: async () => true,
    hasRoom: async () => true,
    takeRoom: () => undefined,
  }),
};
