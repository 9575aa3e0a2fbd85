import { describe, expect, it } from 'vitest';
import { simulateOutage } from '../../simulation/outage.ts';

const HOURS_MS = 3_600_000;

describe('an outage of the analyzer for 12 hours', () => {
  it.each(['at_once', 'usual', 'slow'] as const)(
    'An outage of 12 hours loses nothing and writes each line at most 1.1 times, if Lambda retries %s',
    async (retry_pace) => {
      const report = await simulateOutage({
        seed: 5,
        retry_pace,
        outage_ms: 12 * HOURS_MS,
        records: 400,
      });
      const { published, lines, invocations, shards } = report;
      expect(report).toMatchObject({
        rows: published,
        records_with_lines: published,
        given_up: 0,
      });
      expect(lines / published).toBeLessThanOrEqual(1.1);
      // A batch waits in the function until the next probe would come after its time, which is 96 s.
      const most = (shards * 12 * HOURS_MS) / 45_000;
      expect(invocations).toBeLessThan(most);
    },
    120_000,
  );
});
