/** What a user would otherwise build, or nobody could undercut: bench/baselines. */
export const BASELINES = ['per_record', 'powertools', 'floor'] as const;
export type Baseline = (typeof BASELINES)[number];

/** One number of a run, beside those of the baselines in the same run. Names are the same from run to run. */
export interface Figure {
  /** `suite.figure.load`, snake_case: `consumer.calls_to_floor.repeats_60`. */
  name: string;
  value: number;
  /** Of `value` and of the baselines: `records/s`, `ms`, `USD`, `bytes`. */
  unit: string;
  baselines: Record<Baseline, number | null>;
  /** `value` to the baseline that the goal names; without a goal, to the first baseline there is. */
  ratio: number | null;
  /** `ratio to floor <= 1.05`, `value <= 10`. */
  goal: string | null;
  met: boolean | null;
}

/** What is asked of a figure: of its ratio to a baseline, or of the value itself. */
export type Goal = { of: Baseline | 'value' } & ({ at_most: number } | { at_least: number });

export interface Measured {
  name: string;
  value: number;
  unit: string;
  baselines?: Partial<Record<Baseline, number>>;
  goal?: Goal | undefined;
}

/** A measured number as a figure: its ratio, and whether its goal is met. */
export function figure({ name, value, unit, baselines = {}, goal }: Measured): Figure {
  const beside = goal === undefined || goal.of === 'value' ? firstOf(baselines) : goal.of;
  const other = beside === undefined ? undefined : baselines[beside];
  const ratio = other === undefined || other === 0 ? null : value / other;
  return {
    name,
    value,
    unit,
    baselines: {
      per_record: baselines.per_record ?? null,
      powertools: baselines.powertools ?? null,
      floor: baselines.floor ?? null,
    },
    ratio,
    goal: goal === undefined ? null : said(goal),
    met: goal === undefined ? null : isMet(goal, goal.of === 'value' ? value : ratio),
  };
}

function firstOf(baselines: Partial<Record<Baseline, number>>): Baseline | undefined {
  return BASELINES.find((name) => baselines[name] !== undefined);
}

function said(goal: Goal): string {
  const what = goal.of === 'value' ? 'value' : `ratio to ${goal.of}`;
  return 'at_most' in goal ? `${what} <= ${goal.at_most}` : `${what} >= ${goal.at_least}`;
}

/** What could not be measured is not met. */
function isMet(goal: Goal, number: number | null): boolean {
  if (number === null) return false;
  return 'at_most' in goal ? number <= goal.at_most : number >= goal.at_least;
}
