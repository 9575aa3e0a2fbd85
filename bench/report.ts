import { colours } from '../cli/output/colours.ts';
import { table } from '../cli/output/table.ts';
import { BASELINES, type Figure } from './figures.ts';
import { type Machine, machineLine } from './machine.ts';
import { ratioOf, withUnit } from './numbers.ts';

/** The run for people: figures in the order of the suites, then what was missed. */
export function readable(machine: Machine, figures: Figure[]): string {
  const page = table(COLUMNS, figures.map(rowOf), { right: ['value', ...BASELINES] });
  return [colours.dim(machineLine(machine)), page, '', goalsMet(figures)].join('\n');
}

function goalsMet(figures: Figure[]): string {
  const goals = figures.filter(({ met }) => met !== null);
  const missed = goals.filter(({ met }) => met === false).map(({ name }) => name);
  const met = `${goals.length - missed.length} of ${goals.length} goals met`;
  return missed.length === 0 ? met : `${met}; missed: ${missed.join(', ')}`;
}

const COLUMNS = ['name', 'value', ...BASELINES, 'ratio', 'goal', 'met'];

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
    .map((row: Record<string, string>) => line(columns.map((column) => row[column] ?? '')));
  return [line(columns), line(columns.map(() => '---')), ...rows].join('\n');
}

function rowOf(figure: Figure) {
  const { name, value, unit, baselines, goal, met } = figure;
  const shown = (number: number | null) => (number === null ? '' : withUnit(number, unit));
  return {
    name,
    value: shown(value),
    per_record: shown(baselines.per_record),
    powertools: shown(baselines.powertools),
    floor: shown(baselines.floor),
    ratio: ratioOf(figure),
    goal: goal ?? '',
    met: met === null ? '' : met ? 'yes' : 'NO',
  };
}
