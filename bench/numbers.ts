import { BASELINES, type Baseline, type Figure } from './figures.ts';

/** What people call the baselines. */
export const BASELINE_NAMES: Record<Baseline, string> = {
  per_record: 'a call per record',
  powertools: 'Powertools',
  floor: 'the floor',
};

/** Three figures are all that a benchmark knows. */
export function threeFigures(value: number): string {
  const digits =
    Math.abs(value) >= 1_000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 };
  return value.toLocaleString('en-US', digits);
}

const KIB = 1_024;

/** A value with its unit as people write it: bytes in KiB or MiB, shares in per cent. */
export function withUnit(value: number, unit: string): string {
  if (unit === 'bytes') {
    return value >= KIB * KIB
      ? `${threeFigures(value / KIB / KIB)} MiB`
      : `${threeFigures(value / KIB)} KiB`;
  }
  if (unit.startsWith('share')) return `${threeFigures(value * 100)} %`;
  return `${threeFigures(value)} ${unit}`;
}

/** `1.5 × the floor`; empty where there is nothing to compare with. */
export function ratioOf(figure: Pick<Figure, 'ratio' | 'goal' | 'baselines'>): string {
  if (figure.ratio === null) return '';
  return `${threeFigures(figure.ratio)} × ${BASELINE_NAMES[comparedTo(figure)]}`;
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
