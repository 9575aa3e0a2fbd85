import { BASELINES, type Baseline, type Figure } from './figures.ts';

const NAMES: Record<Baseline, string> = {
  per_record: 'a call per record',
  powertools: 'Powertools',
  floor: 'the floor',
};

/** Names of baselines in suites that do not use the programs of bench/baselines. */
const OTHER_NAMES: Record<string, Partial<Record<Baseline, string>>> = {
  quota: { per_record: 'no rate limiter', floor: 'the quota' },
  cold_start: { floor: 'an empty handler' },
  publisher: { per_record: 'a put per record', floor: 'plain PutRecords' },
};

/** Returns the name of a suite's baseline in reports. */
export function baselineName(suite: string, baseline: Baseline): string {
  return OTHER_NAMES[suite]?.[baseline] ?? NAMES[baseline];
}

/** Returns the suite of a figure, which is the first part of the figure's name. */
export function suiteOf({ name }: Pick<Figure, 'name'>): string {
  return name.slice(0, name.indexOf('.'));
}

/**
 * Formats a number with three significant digits, because further digits of a measurement are
 * noise. Numbers of 1,000 and more are rounded to integers.
 */
export function formatNumber(value: number): string {
  const digits =
    Math.abs(value) >= 1_000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 };
  return value.toLocaleString('en-US', digits);
}

const KIB = 1_024;

/** Formats a value with its unit. Bytes become KiB or MiB, and shares become per cent. */
export function formatWithUnit(value: number, unit: string): string {
  return isScaled(unit) ? formatInUnit(value, unit) : `${formatNumber(value)} ${unit}`;
}

/**
 * Formats a value for a place where the reader already knows the unit. The function adds KiB, MiB
 * or %, but no other unit.
 */
export function formatInUnit(value: number, unit: string): string {
  if (unit === 'bytes') {
    return value >= KIB * KIB
      ? `${formatNumber(value / KIB / KIB)} MiB`
      : `${formatNumber(value / KIB)} KiB`;
  }
  if (unit.startsWith('share')) return `${formatNumber(value * 100)} %`;
  return formatNumber(value);
}

const isScaled = (unit: string) => unit === 'bytes' || unit.startsWith('share');

/**
 * Formats a figure's ratio, for example as `1.5 × the floor`. The string is empty if the figure has
 * no ratio.
 */
export function formatRatio(figure: Pick<Figure, 'name' | 'ratio' | 'goal' | 'baselines'>): string {
  if (figure.ratio === null) return '';
  const name = baselineName(suiteOf(figure), comparedBaselineOf(figure));
  return `${formatNumber(figure.ratio)} × ${name}`;
}

/**
 * Formats a goal in the unit of its figure. For example, the goal `ratio to floor <= 1.05` becomes
 * `≤ 1.05 ×`.
 */
export function formatBound({ goal, unit }: { goal: string; unit: string }): string {
  const [, sign, number] = /([<>])= ([\d.]+)$/.exec(goal)!;
  const bound = Number(number);
  const formatted = goal.startsWith('ratio')
    ? `${formatNumber(bound)} ×`
    : formatWithUnit(bound, unit);
  return `${sign === '<' ? '≤' : '≥'} ${formatted}`;
}

/**
 * Returns the baseline with which `buildFigure` compared the figure. If the goal names no baseline,
 * `buildFigure` used the first measured baseline.
 */
function comparedBaselineOf({ goal, baselines }: Pick<Figure, 'goal' | 'baselines'>): Baseline {
  const named = BASELINES.find((name) => goal?.startsWith(`ratio to ${name} `));
  return named ?? BASELINES.find((name) => baselines[name] !== null)!;
}
