import { describe, expect, it } from 'vitest';
import { estimateCompletion } from '../../../jobs/estimate.ts';
import type { Pulse } from '../../../jobs/ports.ts';
import { JOBS_NOW } from '../../support/jobs.ts';

const pulse = (seconds_ago: number, fields: Partial<Pulse> = {}): Pulse => ({
  shard_id: 'shard-1',
  ended_at: new Date(JOBS_NOW - seconds_ago * 1_000).toISOString(),
  records: 100,
  duration_ms: 1_000,
  iterator_age_ms: 0,
  ...fields,
});

/** In how many seconds so many records are over. */
function seconds(records: number, pulses: Pulse[]): number {
  const at = estimateCompletion({ now: JOBS_NOW, records, pulses, calls_per_second: 10 });
  return (Date.parse(at) - JOBS_NOW) / 1_000;
}

describe('an estimate', () => {
  it('goes by the quota while nothing was measured: 25 documents a call', () => {
    expect(seconds(10_000, [])).toBe(40);
  });

  it('goes by what the shards did together once they have', () => {
    const pulses = [pulse(10), pulse(20, { shard_id: 'shard-2', records: 300 })];
    expect(seconds(10_000, pulses)).toBe(25);
  });

  it('waits for what is before it on the stream, as long as its age is fresh', () => {
    const old = { iterator_age_ms: 30_000 };
    expect(seconds(1_000, [pulse(10, old), pulse(5, { ...old, iterator_age_ms: 9_000 })])).toBe(35);
    expect(seconds(1_000, [pulse(180, old)])).toBe(10);
  });

  it('takes no measure that is older than 15 minutes, or of less than a full call', () => {
    expect(seconds(10_000, [pulse(901)])).toBe(40);
    expect(seconds(10_000, [pulse(10, { records: 1 })])).toBe(40);
  });

  it('is never before the event source has gathered its records', () => {
    expect(seconds(0, [])).toBe(2);
    expect(seconds(1, [pulse(1, { duration_ms: 0 })])).toBe(2);
  });
});
