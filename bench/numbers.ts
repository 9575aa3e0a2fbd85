import { BASELINES, type Baseline, type Figure } from './figures.ts';

const NAMES: Record<Baseline, string> = {
  per_record: 'a call per record',
  powertools: 'Powertools',
  floor: 'the floor',
};

/** Suites whose baselines are other programs. */
const OTHER_NAMES: Record<string, Partial<Record<Baseline, string>>> = {
  quota: { per_record: 'no rate limiter', floor: 'the quota' },
  cold_start: { floor: 'an empty handler' },
  publisher: { per_record: 'a put per record', floor: 'plain PutRecords' },
};

/** The name of a suite's baseline in reports. */
export function baselineName(suite: string, baseline: Baseline): string {
  return OTHER_NAMES[suite]?.[baseline] ?? NAMES[baseline];
}

/** The first part of a figure's name. */
export function suiteOf({ name }: Pick<Figure, 'name'>): string {
  return name.slice(0, name.indexOf('.'));
}

/** Three significant digits: further digits are noise. */
export function formatNumber(value: number): string {
  const digits =
    Math.abs(value) >= 1_000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 };
  return value.toLocaleString('en-US', digits);
}

const KIB = 1_024;

/** Formats a value with its unit: bytes in KiB or MiB, shares in per cent. */
export function formatWithUnit(value: number, unit: string): string {
  return isScaled(unit) ? formatInUnit(value, unit) : `${formatNumber(value)} ${unit}`;
}

/** Formats a value whose unit is known from another value: adds only KiB, MiB or %. */
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

/** `1.5 × the floor`; empty if the figure has no ratio. */
export function formatRatio(figure: Pick<Figure, 'name' | 'ratio' | 'goal' | 'baselines'>): string {
  if (figure.ratio === null) return '';
  const name = baselineName(suiteOf(figure), comparedBaselineOf(figure));
  return `${formatNumber(figure.ratio)} × ${name}`;
}

/** Formats a goal in its figure's unit: `≤ 1.05 ×` for `ratio to floor <= 1.05`, or `≥ 95 %`. */
export function formatBound({ goal, unit }: { goal: string; unit: string }): string {
  const [, sign, number] = /([<>])= ([\d.]+)$/.exec(goal)!;
  const bound = Number(number);
  const formatted = goal.startsWith('ratio')
    ? `${formatNumber(bound)} ×`
    : formatWithUnit(bound, unit);
  return `${sign === '<' ? '≤' : '≥'} ${formatted}`;
}

/** The baseline that `buildFigure` divided by: the goal's, else the first that was measured. */
function comparedBaselineOf({ goal, baselines }: Pick<Figure, 'goal' | 'baselines'>): Baseline {
  const named = BASELINES.find((name) => goal?.startsWith(`ratio to ${name} `));
  return named ?? BASELINES.find((name) => baselines[name] !== null)!;
}
