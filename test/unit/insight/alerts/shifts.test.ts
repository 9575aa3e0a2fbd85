import { describe, expect, it } from 'vitest';
import {
  buildWorlds,
  delayOf,
  judge,
  precisionOf,
  recallOf,
} from '../../../../bench/alerts/judge.ts';
import { cumulative_sum } from '../../../../bench/alerts/methods.ts';
import { generateTraffic } from '../../../../bench/alerts/traffic.ts';
import { estimateBaseline } from '../../../../insight/alerts/shifts/baseline.ts';
import {
  addShareEvidence,
  SHARE_LEVELS,
} from '../../../../insight/alerts/shifts/share-evidence.ts';

/** Seeds that chose no level. */
const SEEDS = Array.from({ length: 12 }, (_, i) => 2_001 + i);

function judgeLoad(records_per_hour: number) {
  const worlds = buildWorlds({ records_per_hour, share: 0.25, ratio: 2 }, SEEDS);
  return judge(cumulative_sum, SHARE_LEVELS.fires_at, worlds);
}

describe('the method for shifts', () => {
  it('is right in 95 % of its alerts and finds 90 % of the doublings, at 40 records an hour', () => {
    const judgement = judgeLoad(40);
    expect(judgement.incidents).toBe(24);
    expect(precisionOf(judgement)).toBeGreaterThanOrEqual(0.95);
    expect(recallOf(judgement)).toBeGreaterThanOrEqual(0.9);
  });

  it('finds a doubling within 15 minutes in most cases, at 480 records an hour', () => {
    const judgement = judgeLoad(480);
    expect(precisionOf(judgement)).toBeGreaterThanOrEqual(0.95);
    expect(recallOf(judgement)).toBeGreaterThanOrEqual(0.9);
    expect(delayOf(judgement, 50)).toBeLessThanOrEqual(15);
  });

  it('is wrong more often if a worse hour than usual already counts as evidence', () => {
    const worlds = buildWorlds({ records_per_hour: 480, share: 0.25, ratio: 2 }, SEEDS);
    expect(precisionOf(judge(cumulative_sum, 4, worlds))).toBeLessThan(0.9);
  });
});

describe('the generated traffic', () => {
  it('is the same for the same seed', () => {
    const settings = { seed: 7, records_per_hour: 40, share: 0.25, ratio: 2 };
    expect(generateTraffic(settings)).toEqual(generateTraffic(settings));
    expect(generateTraffic({ ...settings, seed: 8 })).not.toEqual(generateTraffic(settings));
  });
});

describe('the baseline', () => {
  it('is not moved by an incident in one of the earlier weeks', () => {
    const usual = { records: 400, negative: 100 };
    const weeks = [usual, usual, { records: 400, negative: 320 }, usual];
    expect(estimateBaseline(weeks, 180)?.share).toBeCloseTo(0.25, 1);
  });

  it('does not exist without a record', () => {
    expect(estimateBaseline([{ records: 0, negative: 0 }], 180)).toBeUndefined();
  });

  it('expects the median rate of the weeks', () => {
    const weeks = [180, 360, 3_600].map((records) => ({ records, negative: 0 }));
    expect(estimateBaseline(weeks, 180)?.per_minute).toBe(2);
  });
});

describe('the evidence of a raised share', () => {
  const baseline = { share: 0.2, share_error: 0.01, per_minute: 10 };
  const shift = { ratio: 2, levels: SHARE_LEVELS };

  it('grows with negative records, shrinks with others and is never below 0', () => {
    const grown = addShareEvidence(0, { records: 5, negative: 5 }, baseline, shift);
    expect(grown).toBeGreaterThan(2);
    expect(addShareEvidence(grown, { records: 5, negative: 0 }, baseline, shift)).toBeLessThan(
      grown,
    );
    expect(addShareEvidence(0, { records: 50, negative: 0 }, baseline, shift)).toBe(0);
  });

  it('stays near the level at which an alert fires, so that the alert is resolved soon', () => {
    const most = addShareEvidence(0, { records: 10_000, negative: 10_000 }, baseline, shift);
    expect(most).toBe(1.25 * SHARE_LEVELS.fires_at);
  });

  it('does not change in a minute without records', () => {
    expect(addShareEvidence(3, { records: 0, negative: 0 }, baseline, shift)).toBe(3);
  });
});
