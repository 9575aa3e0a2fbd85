import type { Admit } from '../../ingest/submission/admit.ts';
import type { Pace } from '../../ingest/submission/pace.ts';

/** A bulk stream that always has room, and a quota that is large enough for every job. */
export const NO_LIMITS: { admit: Admit; startPace: () => Pace } = {
  admit: async () => undefined,
  startPace: () => ({ waitForRoom: async () => true, takeRoom: async () => true }),
};
