import uPlot from 'uplot';
import type { Formats } from '../format/formats.ts';
import { chartColours } from './colours.ts';
import { LAYERS } from './stack.ts';

export interface ChartSettings {
  width: number;
  height: number;
  is_dark: boolean;
  /** Both ends of the time axis, in epoch seconds. */
  range: [number, number];
  /** Whether an interval is a day, which begins in UTC. */
  is_daily: boolean;
  locale: string;
  formats: Formats;
  on_select: (from: number, to: number) => void;
  on_point: (index: number | undefined) => void;
}

const FONT = '12px system-ui, sans-serif';

/** Returns the options of uPlot for stacked bars with a ghost line. */
export function createOptions(settings: ChartSettings): uPlot.Options {
  const { width, height, range, is_daily } = settings;
  return {
    width,
    height,
    padding: [8, 28, 0, 0],
    legend: { show: false },
    scales: { x: { time: true, range: () => range }, y: { range: (_, __, max) => [0, roof(max)] } },
    ...(is_daily ? { tzDate: (at) => uPlot.tzDate(new Date(at * 1_000), 'UTC') } : {}),
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
    series: [{}, ...listSeries(settings)],
    axes: listAxes(settings),
    hooks: {
      setSelect: [(chart) => reportSelection(chart, settings)],
      setCursor: [({ cursor }) => settings.on_point(cursor.idx ?? undefined)],
    },
  };
}

function listSeries({ is_dark }: ChartSettings): uPlot.Series[] {
  const colours = chartColours(is_dark);
  const bars = uPlot.paths.bars?.({ size: [0.86, 60], align: 1 });
  const steps = uPlot.paths.stepped?.({ align: 1 });
  if (bars === undefined || steps === undefined)
    throw new Error('This build of uPlot has no paths.');
  const layers = LAYERS.toReversed().map((layer) => ({
    label: layer,
    paths: bars,
    fill: colours[layer],
    width: 0,
    points: { show: false },
  }));
  const ghost = {
    label: 'ghost',
    paths: steps,
    stroke: colours.ghost,
    width: 1.5,
    dash: [4, 4],
    points: { show: false },
  };
  return [...layers, ghost];
}

function listAxes({ is_dark, formats, locale, is_daily, range }: ChartSettings): uPlot.Axis[] {
  const { axis, grid } = chartColours(is_dark);
  const common = { stroke: axis, font: FONT, ticks: { show: false } };
  const writeTime = createAxisTime(locale, range[1] - range[0], is_daily);
  return [
    {
      ...common,
      size: 30,
      grid: { show: false },
      space: 80,
      values: (_, times) => times.map(writeTime),
    },
    {
      ...common,
      size: 52,
      grid: { stroke: grid, width: 1 },
      incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6, 1e7],
      values: (_, counts) => counts.map(formats.compact),
    },
  ];
}

const DAY_SECONDS = 86_400;

function createAxisTime(locale: string, seconds: number, is_daily: boolean) {
  const date = { month: 'short', day: 'numeric' } as const;
  const zone = is_daily ? { timeZone: 'UTC' } : {};
  const days = new Intl.DateTimeFormat(locale, { ...date, ...zone });
  const times = new Intl.DateTimeFormat(locale, { timeStyle: 'short', ...zone });
  return (at: number) => {
    const moment = new Date(at * 1_000);
    const is_midnight = moment.getHours() === 0 && moment.getMinutes() === 0;
    return (seconds > DAY_SECONDS * 2 || is_midnight ? days : times).format(moment);
  };
}

const roof = (max: number | null) => Math.max(4, (max ?? 0) * 1.08);

function reportSelection(chart: uPlot, { on_select }: ChartSettings): void {
  const { left, width } = chart.select;
  if (width === 0) return;
  on_select(chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x'));
  chart.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
}
