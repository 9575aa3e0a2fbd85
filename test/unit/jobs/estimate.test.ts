import { describe, expect, it } from 'vitest';
import { estimateCompletion } from '../../../jobs/estimate.ts';
import type { ThroughputSample } from '../../../jobs/ports.ts';
import { JOBS_NOW } from '../../support/jobs.ts';

const sample = (seconds_ago: number, fields: Partial<ThroughputSample> = {}): ThroughputSample => ({
  shard_id: 'shard-1',
  ended_at: new Date(JOBS_NOW - seconds_ago * 1_000).toISOString(),
  records: 100,
  duration_ms: 1_000,
  iterator_age_ms: 0,
  ...fields,
});

/** In how many seconds so many records are over. */
function seconds(records: number, samples: ThroughputSample[]): number {
  const at = estimateCompletion({ now: JOBS_NOW, records, samples, calls_per_second: 10 });
  return (Date.parse(at) - JOBS_NOW) / 1_000;
}

describe('an estimate', () => {
  it('goes by the quota while nothing was measured: 25 documents a call', () => {
    expect(seconds(10_000, [])).toBe(40);
  });

  it('goes by what the shards did together once they have', () => {
    const samples = [sample(10), sample(20, { shard_id: 'shard-2', records: 300 })];
    expect(seconds(10_000, samples)).toBe(25);
  });

  it('waits for what is before it on the stream, as long as its age is fresh', () => {
    const old = { iterator_age_ms: 30_000 };
    expect(seconds(1_000, [sample(10, old), sample(5, { ...old, iterator_age_ms: 9_000 })])).toBe(
      35,
    );
    expect(seconds(1_000, [sample(180, old)])).toBe(10);
  });

  it('takes no measure that is older than 15 minutes, or of less than a full call', () => {
    expect(seconds(10_000, [sample(901)])).toBe(40);
    expect(seconds(10_000, [sample(10, { records: 1 })])).toBe(40);
  });

  it('is never before the event source has gathered its records', () => {
    expect(seconds(0, [])).toBe(2);
    expect(seconds(1, [sample(1, { duration_ms: 0 })])).toBe(2);
  });
});
