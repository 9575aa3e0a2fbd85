import { colours } from '../cli/output/colours.ts';
import { formatTable } from '../cli/output/table.ts';
import { BASELINES, type Baseline, type Figure } from './figures.ts';
import { type Machine, machineLine } from './machine.ts';
import { baselineName, boundOf, inUnit, ratioOf, suiteOf, withUnit } from './numbers.ts';

/** What a suite is called, by the first part of its figures' names. */
export type Titles = Record<string, string>;

/** The run for people: a table for each suite, then what was missed. */
export function readable(machine: Machine, figures: Figure[], titles: Titles): string {
  const pages = bySuite(figures).map(({ suite, columns, rows }) => {
    const numbers = columns.slice(1, -2);
    const heading = `${colours.bold(suite)}  ${titles[suite] ?? ''}`;
    return `${heading}\n${formatTable(columns, rows, { right: numbers })}\n`;
  });
  return [colours.dim(machineLine(machine)), '', ...pages, goalsMet(figures)].join('\n');
}

function goalsMet(figures: Figure[]): string {
  const goals = figures.filter(({ met }) => met !== null);
  const missed = goals.filter(({ met }) => met === false).map(({ name }) => name);
  const met = `${goals.length - missed.length} of ${goals.length} goals met`;
  return missed.length === 0 ? met : `${met}; missed: ${missed.join(', ')}`;
}

/** The same as a page of the documentation. */
export function markdown(machine: Machine, figures: Figure[], titles: Titles): string {
  const pages = bySuite(figures).flatMap(({ suite, columns, rows }) => {
    const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
    const cells = rows.map((row) => line(columns.map((column) => row[column]!)));
    return [
      `## ${suite}`,
      '',
      `${titles[suite] ?? ''}.`,
      '',
      line(columns),
      line(columns.map(() => '---')),
      ...cells,
      '',
    ];
  });
  return [
    '# Figures of a run',
    '',
    'Written by `npm run bench -- --docs`; what they mean is in [performance.md](performance.md).',
    '',
    `${machineLine(machine)}. ${goalsMet(figures)}.`,
    '',
    ...pages,
  ].join('\n');
}

interface Page {
  suite: string;
  /** The figure, its value, the baselines that the suite has, the ratio, the goal. */
  columns: string[];
  rows: Record<string, string>[];
}

function bySuite(figures: Figure[]): Page[] {
  const suites = [...new Set(figures.map(suiteOf))];
  return suites.map((suite) => {
    const own = figures.filter((figure) => suiteOf(figure) === suite);
    const beside = BASELINES.filter((name) =>
      own.some(({ baselines }) => baselines[name] !== null),
    );
    const names = beside.map((name) => baselineName(suite, name));
    const columns = ['figure', 'value', ...names, 'ratio', 'goal'];
    return { suite, columns, rows: own.map((figure) => rowOf(figure, beside)) };
  });
}

function rowOf(figure: Figure, beside: Baseline[]): Record<string, string> {
  const { name, value, unit, baselines, goal, met } = figure;
  const suite = suiteOf(figure);
  const shown = (number: number | null) => (number === null ? '' : inUnit(number, unit));
  return {
    figure: name.slice(suite.length + 1),
    value: withUnit(value, unit),
    ...Object.fromEntries(
      beside.map((baseline) => [baselineName(suite, baseline), shown(baselines[baseline])]),
    ),
    ratio: ratioOf(figure),
    goal: goal === null ? '' : `${boundOf({ goal, unit })} ${met ? 'met' : 'MISSED'}`,
  };
}
