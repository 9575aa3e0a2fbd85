import { BASELINES, type Baseline, type Figure } from './figures.ts';

const NAMES: Record<Baseline, string> = {
  per_record: 'a call per record',
  powertools: 'Powertools',
  floor: 'the floor',
};

/** Where what stands in a baseline's place is something else. */
const OTHER_NAMES: Record<string, Partial<Record<Baseline, string>>> = {
  quota: { per_record: 'no governor', floor: 'the quota' },
  cold_start: { floor: 'an empty handler' },
  publisher: { per_record: 'a put per record', floor: 'plain PutRecords' },
};

/** What people call a baseline of a suite. */
export function baselineName(suite: string, baseline: Baseline): string {
  return OTHER_NAMES[suite]?.[baseline] ?? NAMES[baseline];
}

/** The first part of a figure's name. */
export function suiteOf({ name }: Pick<Figure, 'name'>): string {
  return name.slice(0, name.indexOf('.'));
}

/** Three figures are all that a benchmark knows. */
export function threeFigures(value: number): string {
  const digits =
    Math.abs(value) >= 1_000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 };
  return value.toLocaleString('en-US', digits);
}

const KIB = 1_024;

/** A value with its unit as people write it: bytes in KiB or MiB, shares in per cent. */
export function withUnit(value: number, unit: string): string {
  return isScaled(unit) ? inUnit(value, unit) : `${threeFigures(value)} ${unit}`;
}

/** The same beside another that has the unit: only where it is another one must it be said. */
export function inUnit(value: number, unit: string): string {
  if (unit === 'bytes') {
    return value >= KIB * KIB
      ? `${threeFigures(value / KIB / KIB)} MiB`
      : `${threeFigures(value / KIB)} KiB`;
  }
  if (unit.startsWith('share')) return `${threeFigures(value * 100)} %`;
  return threeFigures(value);
}

const isScaled = (unit: string) => unit === 'bytes' || unit.startsWith('share');

/** `1.5 × the floor`; empty where there is nothing to compare with. */
export function ratioOf(figure: Pick<Figure, 'name' | 'ratio' | 'goal' | 'baselines'>): string {
  if (figure.ratio === null) return '';
  const name = baselineName(suiteOf(figure), comparedTo(figure));
  return `${threeFigures(figure.ratio)} × ${name}`;
}

/** The bound of a goal, as its figure is shown: `≤ 1.05 ×` of `ratio to floor <= 1.05`, `≥ 95 %`. */
export function boundOf({ goal, unit }: { goal: string; unit: string }): string {
  const [, sign, number] = /([<>])= ([\d.]+)$/.exec(goal)!;
  const bound = Number(number);
  const shown = goal.startsWith('ratio') ? `${threeFigures(bound)} ×` : withUnit(bound, unit);
  return `${sign === '<' ? '≤' : '≥'} ${shown}`;
}

/** As `figure` does: the baseline that the goal names, else the first there is. */
function comparedTo({ goal, baselines }: Pick<Figure, 'goal' | 'baselines'>): Baseline {
  const named = BASELINES.find((name) => goal?.startsWith(`ratio to ${name} `));
  return named ?? BASELINES.find((name) => baselines[name] !== null)!;
}
