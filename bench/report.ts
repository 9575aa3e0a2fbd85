import { colours } from '../cli/output/colours.ts';
import { formatTable } from '../cli/output/table.ts';
import { BASELINES, type Baseline, type Figure } from './figures.ts';
import { formatMachine, type Machine } from './machine.ts';
import {
  baselineName,
  formatBound,
  formatInUnit,
  formatRatio,
  formatWithUnit,
  suiteOf,
} from './numbers.ts';

/** Title of each suite, by suite name. */
export type Titles = Record<string, string>;

/** Formats the run for the terminal. The missed goals follow the tables of the suites. */
export function formatReport(machine: Machine, figures: Figure[], titles: Titles): string {
  const pages = groupBySuite(figures).map(({ suite, columns, rows }) => {
    const numbers = columns.slice(1, -2);
    const heading = `${colours.bold(suite)}  ${titles[suite] ?? ''}`;
    return `${heading}\n${formatTable(columns, rows, { right: numbers })}\n`;
  });
  return [colours.dim(formatMachine(machine)), '', ...pages, summarizeGoals(figures)].join('\n');
}

function summarizeGoals(figures: Figure[]): string {
  const goals = figures.filter(({ met }) => met !== null);
  const missed = goals.filter(({ met }) => met === false).map(({ name }) => name);
  const met = `${goals.length - missed.length} of ${goals.length} goals met`;
  return missed.length === 0 ? met : `${met}; missed: ${missed.join(', ')}`;
}

/** Formats the run as the content of docs/figures.md. */
export function formatMarkdown(machine: Machine, figures: Figure[], titles: Titles): string {
  const pages = groupBySuite(figures).flatMap(({ suite, columns, rows }) => {
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
    '`npm run bench -- --docs` writes this page; [performance.md](performance.md) explains the figures.',
    '',
    `${formatMachine(machine)}. ${summarizeGoals(figures)}.`,
    '',
    ...pages,
  ].join('\n');
}

interface SuiteTable {
  suite: string;
  /**
   * Names of the columns. The columns contain the figure, its value, the suite's baselines, the
   * ratio, and the goal.
   */
  columns: string[];
  rows: Record<string, string>[];
}

function groupBySuite(figures: Figure[]): SuiteTable[] {
  const suites = [...new Set(figures.map(suiteOf))];
  return suites.map((suite) => {
    const own = figures.filter((figure) => suiteOf(figure) === suite);
    const baseline_names = BASELINES.filter((name) =>
      own.some(({ baselines }) => baselines[name] !== null),
    );
    const names = baseline_names.map((name) => baselineName(suite, name));
    const columns = ['figure', 'value', ...names, 'ratio', 'goal'];
    return { suite, columns, rows: own.map((figure) => buildRow(figure, baseline_names)) };
  });
}

function buildRow(figure: Figure, baseline_names: Baseline[]): Record<string, string> {
  const { name, value, unit, baselines, goal, met } = figure;
  const suite = suiteOf(figure);
  const format = (number: number | null) => (number === null ? '' : formatInUnit(number, unit));
  return {
    figure: name.slice(suite.length + 1),
    value: formatWithUnit(value, unit),
    ...Object.fromEntries(
      baseline_names.map((baseline) => [
        baselineName(suite, baseline),
        format(baselines[baseline]),
      ]),
    ),
    ratio: formatRatio(figure),
    goal: goal === null ? '' : `${formatBound({ goal, unit })} ${met ? 'met' : 'MISSED'}`,
  };
}
