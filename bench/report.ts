import pc from 'picocolors';
import { table } from '../cli/output/table.ts';
import { BASELINES, type Figure } from './figures.ts';
import { type Machine, machineLine } from './machine.ts';

/** The run for people: figures in the order of the suites, then what was missed. */
export function readable(machine: Machine, figures: Figure[]): string {
  return [pc.dim(machineLine(machine)), table(COLUMNS, figures.map(rowOf)), goalsMet(figures)].join(
    '\n',
  );
}

function goalsMet(figures: Figure[]): string {
  const goals = figures.filter(({ met }) => met !== null);
  const missed = goals.filter(({ met }) => met === false).map(({ name }) => name);
  const met = `${goals.length - missed.length} of ${goals.length} goals met`;
  return missed.length === 0 ? met : `${met}; missed: ${missed.join(', ')}`;
}

const COLUMNS = ['name', 'value', 'unit', ...BASELINES, 'ratio', 'goal', 'met'];

/** The same as a page of the documentation: the goals, then all figures. */
export function markdown(machine: Machine, figures: Figure[]): string {
  const goals = figures.filter(({ met }) => met !== null);
  return [
    '# Figures of a run',
    '',
    'Written by `npm run bench -- --docs`; what they mean is in [performance.md](performance.md).',
    '',
    `${machineLine(machine)}. ${goalsMet(figures)}.`,
    '',
    '## Goals',
    '',
    markdownTable(COLUMNS, goals),
    '',
    '## All figures',
    '',
    markdownTable(COLUMNS.slice(0, -2), figures),
    '',
  ].join('\n');
}

function markdownTable(columns: string[], figures: Figure[]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  const rows = figures
    .map(rowOf)
    .map((row: Record<string, unknown>) =>
      line(columns.map((column) => String(row[column] ?? ''))),
    );
  return [line(columns), line(columns.map(() => '---')), ...rows].join('\n');
}

function rowOf({ name, value, unit, baselines, ratio, goal, met }: Figure) {
  return {
    name,
    value: rounded(value),
    unit,
    per_record: rounded(baselines.per_record),
    powertools: rounded(baselines.powertools),
    floor: rounded(baselines.floor),
    ratio: rounded(ratio),
    goal: goal ?? '',
    met: met === null ? '' : met ? 'yes' : 'NO',
  };
}

/** Three figures are all that a benchmark knows. */
function rounded(value: number | null): number | null {
  if (value === null || !Number.isFinite(value)) return null;
  return Math.abs(value) >= 1_000 ? Math.round(value) : Number(value.toPrecision(3));
}
