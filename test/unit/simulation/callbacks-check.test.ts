import { expect, it } from 'vitest';
import { checkAttempts } from '../../simulation/checks/callbacks.ts';
import type { KnownJob } from '../../simulation/checks/jobs.ts';
import { aJob } from '../../support/jobs.ts';

const FAULTS_END = Date.UTC(2026, 10, 23, 0, 0, 38);
const isoAt = (seconds: number) => new Date(FAULTS_END + seconds * 1_000).toISOString();

/** Checks a callback whose second attempt came 397 s after the first, as in a world of seed 47153. */
function checkLateAttempt(completed_after_s: number): void {
  const attempts = [0, 397].map((seconds) => ({
    ...{ attempted_at: isoAt(completed_after_s + seconds), duration_ms: 5, status: 503 },
  }));
  const job = aJob({
    ...{ job_id: 'job_10', status: 'COMPLETED', completed_at: isoAt(completed_after_s) },
    callback: { url: 'https://example.com/', delivery_id: 'd', state: 'pending', attempts },
  });
  const options = { skew_ms: 60_000, fault_free_since: FAULTS_END };
  checkAttempts({ job_id: 'job_10' } as KnownJob, job, [], options);
}

it('a late attempt is a violation only if no clock can place the end of its job among the faults (seed 47153)', () => {
  expect(() => checkLateAttempt(60)).not.toThrow();
  expect(() => checkLateAttempt(61)).toThrow('attempt 2 only after 397 s, not after 60 s');
});
