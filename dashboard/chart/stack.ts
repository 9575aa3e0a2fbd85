import type { OverviewResponse } from '../../schemas/index.ts';

/** The layers of the chart from the bottom: the negative ones stand on the axis, to be compared. */
export const LAYERS = ['NEGATIVE', 'MIXED', 'NEUTRAL', 'POSITIVE', 'no_verdict'] as const;
export type Layer = (typeof LAYERS)[number];

type OverTime = OverviewResponse['over_time'];

/** The data of the chart, as uPlot wants it: a list of times, and a list of values for each series. */
export interface Stacked {
  /** Starts of the intervals, in epoch seconds. */
  starts: number[];
  /** For each layer, from the top one to the bottom one, the sums of it and all below it. */
  sums: number[][];
  /** Records of the period before, at the same distance from its start. */
  ghost: (number | null)[];
}

/** Stacks the counts of a period, and lays the totals of the period before over them. */
export function stackLayers(over_time: OverTime, previous: OverTime): Stacked {
  const has_ghost = previous.some(({ total }) => total > 0);
  const sums: number[][] = LAYERS.map(() => []);
  for (const { by_sentiment } of over_time) {
    let sum = 0;
    for (const [index, layer] of LAYERS.entries()) {
      sum += by_sentiment[layer];
      sums[index]?.push(sum);
    }
  }
  return {
    starts: over_time.map(({ start }) => Date.parse(start) / 1_000),
    // uPlot draws the series in their order, so the highest sums must come first.
    sums: sums.reverse(),
    ghost: over_time.map((_, index) => (has_ghost ? (previous[index]?.total ?? null) : null)),
  };
}

/**
 * Extends a chosen part of the chart to whole intervals.
 *
 * @returns the period in epoch milliseconds, or undefined if it is less than half an interval long.
 */
export function snapPeriod(
  [from, to]: [number, number],
  starts: number[],
): { from: number; to: number } | undefined {
  const [first, second] = starts;
  if (first === undefined || second === undefined) return undefined;
  const interval = second - first;
  if (to - from < interval / 2) return undefined;
  const start = first + Math.floor((from - first) / interval) * interval;
  const end = first + Math.ceil((to - first) / interval) * interval;
  const last = first + starts.length * interval;
  return { from: Math.max(first, start) * 1_000, to: Math.min(last, end) * 1_000 };
}
