import { drawBar, drawSvg, drawText, type SvgColours } from '../lib/svg.ts';
import { BASELINES, type Figure } from './figures.ts';
import { formatMachine, type Machine } from './machine.ts';
import { baselineName, formatBound, formatInUnit, formatRatio, suiteOf } from './numbers.ts';

interface Panel {
  figure_name: string;
  title: string;
  better: 'more' | 'less';
}

/** Figures that the chart shows, in the order of the panels. */
const PANELS: Panel[] = [
  { figure_name: 'consumer.records_per_second.base', title: 'Records per second', better: 'more' },
  {
    figure_name: 'consumer.usd_per_million.base',
    title: 'USD per million records',
    better: 'less',
  },
  {
    figure_name: 'consumer.cpu_ms_per_1000.base',
    title: 'CPU ms per 1,000 records',
    better: 'less',
  },
  {
    figure_name: 'cold_start.import_ms.consumer',
    title: 'Import of the function, ms',
    better: 'less',
  },
  {
    figure_name: 'publisher.records_per_second.stand_in',
    title: 'Records published per second',
    better: 'more',
  },
  {
    figure_name: 'quota.throttled_share.10_consumers',
    title: 'Calls throttled, 10 consumers',
    better: 'less',
  },
];

const COLUMNS = 2;
const PANEL = { width: 400, height: 146 };
const BARS = { left: 128, width: 170, top: 40, step: 22, height: 14 };
const FOOT_HEIGHT = 46;
const LOAD =
  '140 characters, 60 % repeats. Records per second: assumed AWS latencies. CPU time: services without latency.';

/** Colours of the bars, for light pages and for dark pages. */
const COLOURS: SvgColours = {
  ours: { light: '#1f6feb', dark: '#1f6feb' },
  baseline: { light: '#afb8c1', dark: '#484f58' },
};

/**
 * Draws the figures of a whole run. Each figure gets one panel, with a bar for AuraStream and a bar
 * for each baseline.
 *
 * @returns SVG
 * @throws {Error} if the run lacks a figure that the chart shows
 */
export function drawChart(machine: Machine, figures: Figure[]): string {
  const panels = PANELS.map((panel, index) => {
    const found = figures.find(({ name }) => name === panel.figure_name);
    if (found === undefined) {
      throw new Error(
        `The chart shows ${panel.figure_name}, which this run did not measure. Leave out --only.`,
      );
    }
    const x = (index % COLUMNS) * PANEL.width;
    const y = Math.floor(index / COLUMNS) * PANEL.height;
    return `<g transform="translate(${x} ${y})">${drawPanel(panel, found)}</g>`;
  });
  const width = COLUMNS * PANEL.width;
  const height = Math.ceil(PANELS.length / COLUMNS) * PANEL.height + FOOT_HEIGHT;
  return drawSvg('AuraStream compared with the baselines', { width, height, colours: COLOURS }, [
    ...panels,
    drawText({ x: 16, y: height - 28, content: LOAD, kind: 'foot' }),
    drawText({ x: 16, y: height - 10, content: formatMachine(machine), kind: 'foot' }),
  ]);
}

function drawPanel({ title, better }: Panel, figure: Figure): string {
  const { value, unit, baselines } = figure;
  const baseline_bars = BASELINES.flatMap((name) =>
    baselines[name] === null
      ? []
      : [{ name: baselineName(suiteOf(figure), name), value: baselines[name] }],
  );
  const bars = [{ name: 'AuraStream', value }, ...baseline_bars];
  const most = Math.max(...bars.map((bar) => bar.value));
  return [
    drawText({ x: 16, y: 28, content: `${title} (${better} is better)`, kind: 'title' }),
    ...bars.map((bar, index) => {
      const y = BARS.top + index * BARS.step;
      const width = most === 0 ? 0 : (bar.value / most) * BARS.width;
      return [
        drawText({ x: 16, y: y + 11, content: bar.name }),
        drawBar(index === 0 ? 'ours' : 'baseline', {
          ...{ x: BARS.left, y, width: Math.max(1, width), height: BARS.height },
        }),
        drawText({ x: BARS.left + width + 8, y: y + 11, content: formatInUnit(bar.value, unit) }),
      ].join('');
    }),
    drawText({
      x: 16,
      y: BARS.top + bars.length * BARS.step + 10,
      content: describeGoal(figure),
      kind: 'foot',
    }),
  ].join('\n');
}

/**
 * Describes a goal and whether the figure met the goal. For example, the description is `12.3 × a
 * call per record, goal ≥ 10 ×: met`.
 */
function describeGoal(figure: Figure): string {
  const { goal, unit, met } = figure;
  if (goal === null) return '';
  const ratio = formatRatio(figure);
  const compared = goal.startsWith('ratio') && ratio !== '' ? `${ratio}, ` : '';
  return `${compared}goal ${formatBound({ goal, unit })}: ${met ? 'met' : 'missed'}`;
}
