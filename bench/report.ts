import pc from 'picocolors';
import { table } from '../cli/output/table.ts';
import type { Figure } from './figures.ts';
import type { Machine } from './machine.ts';

/** The run for people: figures in the order of the suites, then what was missed. */
export function readable(machine: Machine, figures: Figure[]): string {
  const rows = figures.map(({ name, value, unit, baselines, ratio, goal, met }) => ({
    name,
    value: rounded(value),
    unit,
    per_record: rounded(baselines.per_record),
    powertools: rounded(baselines.powertools),
    floor: rounded(baselines.floor),
    ratio: rounded(ratio),
    goal: goal ?? '',
    met: met === null ? '' : met ? 'yes' : 'NO',
  }));
  const goals = figures.filter(({ met }) => met !== null);
  const missed = goals.filter(({ met }) => met === false);
  return [
    pc.dim(
      `${machine.cpu}, ${machine.cores} cores, ${machine.memory_gb} GB, Node ${machine.node}, ${machine.date}`,
    ),
    table(
      ['name', 'value', 'unit', 'per_record', 'powertools', 'floor', 'ratio', 'goal', 'met'],
      rows,
    ),
    `${goals.length - missed.length} of ${goals.length} goals met${missed.length === 0 ? '' : `; missed: ${missed.map(({ name }) => name).join(', ')}`}`,
  ].join('\n');
}

/** Three figures are all that a benchmark knows. */
function rounded(value: number | null): number | null {
  if (value === null || !Number.isFinite(value)) return null;
  return Math.abs(value) >= 1_000 ? Math.round(value) : Number(value.toPrecision(3));
}
