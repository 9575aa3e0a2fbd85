/**
 * Names of the programs in bench/baselines. A user without AuraStream would build a program such as
 * `per_record` or `powertools`. The program `floor` does only the necessary work.
 */
export const BASELINES = ['per_record', 'powertools', 'floor'] as const;
export type Baseline = (typeof BASELINES)[number];

/**
 * One number of a run, with the baselines' numbers from the same run. The names of figures stay the
 * same from run to run.
 */
export interface Figure {
  /** Name in the form `suite.figure.load`, for example `consumer.calls_to_floor.repeats_60`. */
  name: string;
  value: number;
  /**
   * Unit of `value` and of the baselines' values: `records/s`, `ms`, `USD` or `bytes`, for example.
   */
  unit: string;
  baselines: Record<Baseline, number | null>;
  /**
   * `value` divided by the value of the baseline that the goal names. If the figure has no such
   * goal, `value` is divided by the value of the first baseline that was measured.
   */
  ratio: number | null;
  /** The goal as text, for example `ratio to floor <= 1.05` or `value <= 10`. */
  goal: string | null;
  met: boolean | null;
}

/**
 * Upper or lower limit. The limit applies to a figure's ratio to a baseline, or to the figure's
 * value.
 */
export type Goal = { of: Baseline | 'value' } & ({ at_most: number } | { at_least: number });

export interface Measurement {
  name: string;
  value: number;
  unit: string;
  baselines?: Partial<Record<Baseline, number>>;
  goal?: Goal | undefined;
}

/**
 * Computes a measurement's ratio to a baseline and decides whether the measurement meets its goal.
 */
export function buildFigure({ name, value, unit, baselines = {}, goal }: Measurement): Figure {
  const compared_to =
    goal === undefined || goal.of === 'value' ? firstBaselineOf(baselines) : goal.of;
  const reference = compared_to === undefined ? undefined : baselines[compared_to];
  const ratio = reference === undefined || reference === 0 ? null : value / reference;
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
    goal: goal === undefined ? null : describeGoal(goal),
    met: goal === undefined ? null : isMet(goal, goal.of === 'value' ? value : ratio),
  };
}

function firstBaselineOf(baselines: Partial<Record<Baseline, number>>): Baseline | undefined {
  return BASELINES.find((name) => baselines[name] !== undefined);
}

function describeGoal(goal: Goal): string {
  const subject = goal.of === 'value' ? 'value' : `ratio to ${goal.of}`;
  return 'at_most' in goal ? `${subject} <= ${goal.at_most}` : `${subject} >= ${goal.at_least}`;
}

/**
 * Decides whether a number meets a goal. If the ratio could not be computed, the number is null and
 * the goal is missed.
 */
function isMet(goal: Goal, number: number | null): boolean {
  if (number === null) return false;
  return 'at_most' in goal ? number <= goal.at_most : number >= goal.at_least;
}
