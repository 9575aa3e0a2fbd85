import { BASELINES, type Figure } from './figures.ts';
import { type Machine, machineLine } from './machine.ts';
import { baselineName, boundOf, inUnit, ratioOf, suiteOf } from './numbers.ts';

interface Panel {
  /** Its name. */
  figure: string;
  title: string;
  better: 'more' | 'less';
}

/** What the chart shows, in this order. */
const PANELS: Panel[] = [
  { figure: 'consumer.records_per_second.base', title: 'Records a second', better: 'more' },
  { figure: 'consumer.usd_per_million.base', title: 'USD per million records', better: 'less' },
  { figure: 'consumer.cpu_ms_per_1000.base', title: 'CPU ms for 1,000 records', better: 'less' },
  {
    figure: 'cold_start.import_ms.consumer',
    title: 'Import of the function, ms',
    better: 'less',
  },
  {
    figure: 'publisher.records_per_second.stand_in',
    title: 'Records published a second',
    better: 'more',
  },
  {
    figure: 'quota.throttled_share.10_consumers',
    title: 'Calls refused, 10 consumers',
    better: 'less',
  },
];

const COLUMNS = 2;
const PANEL = { width: 400, height: 146 };
const BARS = { left: 128, width: 170, top: 40, step: 22, height: 14 };
const FOOT_HEIGHT = 46;
const LOAD =
  '140 characters, 60 % repeats. Records a second with latencies assumed for AWS, CPU with services that answer at once.';

/** Readable on a light page and on a dark one. */
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600 }
  .foot { fill: #6e7781 }
  .ours { fill: #1f6feb }
  .beside { fill: #afb8c1 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .foot { fill: #8d96a0 }
    .beside { fill: #484f58 }
  }`;

/**
 * The figures of a whole run as a picture: a panel each, a bar for AuraStream and one for each baseline.
 *
 * @returns SVG
 * @throws {Error} where the run has not measured what a panel shows
 */
export function chart(machine: Machine, figures: Figure[]): string {
  const panels = PANELS.map((shown, index) => {
    const found = figures.find(({ name }) => name === shown.figure);
    if (found === undefined) {
      throw new Error(`The chart shows ${shown.figure}, and the run has none: leave out --only`);
    }
    const x = (index % COLUMNS) * PANEL.width;
    const y = Math.floor(index / COLUMNS) * PANEL.height;
    return `<g transform="translate(${x} ${y})">${panel(shown, found)}</g>`;
  });
  const width = COLUMNS * PANEL.width;
  const height = Math.ceil(PANELS.length / COLUMNS) * PANEL.height + FOOT_HEIGHT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    '<title>AuraStream beside what one would otherwise build</title>',
    `<style>${STYLE}\n</style>`,
    ...panels,
    text({ x: 16, y: height - 28, of: LOAD, kind: 'foot' }),
    text({ x: 16, y: height - 10, of: machineLine(machine), kind: 'foot' }),
    '</svg>\n',
  ].join('\n');
}

function panel({ title, better }: Panel, shown: Figure): string {
  const { value, unit, baselines } = shown;
  const beside = BASELINES.flatMap((name) =>
    baselines[name] === null
      ? []
      : [{ name: baselineName(suiteOf(shown), name), value: baselines[name] }],
  );
  const bars = [{ name: 'AuraStream', value }, ...beside];
  const most = Math.max(...bars.map((bar) => bar.value));
  return [
    text({ x: 16, y: 28, of: `${title} (${better} is better)`, kind: 'title' }),
    ...bars.map((bar, index) => {
      const y = BARS.top + index * BARS.step;
      const width = most === 0 ? 0 : (bar.value / most) * BARS.width;
      return [
        text({ x: 16, y: y + 11, of: bar.name }),
        `<rect class="${index === 0 ? 'ours' : 'beside'}" x="${BARS.left}" y="${y}" width="${Math.max(1, width).toFixed(1)}" height="${BARS.height}" rx="2"/>`,
        text({ x: BARS.left + width + 8, y: y + 11, of: inUnit(bar.value, unit) }),
      ].join('');
    }),
    text({ x: 16, y: BARS.top + bars.length * BARS.step + 10, of: judged(shown), kind: 'foot' }),
  ].join('\n');
}

/** `12.3 × a call per record, goal ≥ 10 ×: met` */
function judged(figure: Figure): string {
  const { goal, unit, met } = figure;
  if (goal === null) return '';
  const ratio = ratioOf(figure);
  const compared = goal.startsWith('ratio') && ratio !== '' ? `${ratio}, ` : '';
  return `${compared}goal ${boundOf({ goal, unit })}: ${met ? 'met' : 'missed'}`;
}

interface Text {
  x: number;
  y: number;
  of: string;
  kind?: 'title' | 'foot';
}

function text({ x, y, of, kind }: Text): string {
  const named = kind === undefined ? '' : ` class="${kind}"`;
  return `<text${named} x="${x.toFixed(0)}" y="${y}">${escaped(of)}</text>`;
}

function escaped(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
