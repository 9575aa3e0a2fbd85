import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { OverviewResponse } from '../../schemas/index.ts';
import { is_dark, language } from '../state/preferences.ts';
import { f, t } from '../text/text.ts';
import { createOptions } from './options.ts';
import { Readout } from './readout.tsx';
import { type Stacked, snapPeriod, stackLayers } from './stack.ts';

const HEIGHT = 260;

interface ChartProps {
  overview: OverviewResponse;
  /** Zooms into a period, or out of it if it is undefined. */
  on_zoom: (period: { from: number; to: number } | undefined) => void;
}

/**
 * Sentiment over time. The canvas says nothing to a screen reader, so the arrow keys move through the
 * intervals, whose counts are read out, and a table has all of them.
 */
export function Chart({ overview, on_zoom }: ChartProps) {
  const [index, setIndex] = useState<number | undefined>();
  const [is_by_key, setByKey] = useState(false);
  const data = useMemo(
    () => stackLayers(overview.over_time, overview.previous.over_time),
    [overview.over_time, overview.previous.over_time],
  );
  const zoom = (from: number, to: number) => {
    const period = snapPeriod([from, to], data.starts);
    if (period !== undefined) on_zoom(period);
  };
  const { box, chart } = useChart(data, overview, { on_select: zoom, on_point: setIndex });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') return on_zoom(undefined);
    const at = index ?? data.starts.length;
    if (event.key === 'Enter' && index !== undefined) {
      const [start = 0, next = 0] = data.starts.slice(index, index + 2);
      return zoom(start, next || start + (start - (data.starts[index - 1] ?? start)));
    }
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -at, End: data.starts.length - 1 - at }[
      event.key
    ];
    if (step === undefined) return;
    event.preventDefault();
    setByKey(true);
    moveCursor(
      chart.current,
      data.starts,
      Math.max(0, Math.min(data.starts.length - 1, at + step)),
    );
  };
  return (
    <figure class="chart" aria-label={t.value.chart_label}>
      <Readout overview={overview} index={index} is_live={is_by_key} />
      <div
        class="plot"
        dir="ltr"
        role="application"
        aria-label={t.value.chart_keys}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move through the intervals
        tabIndex={0}
        ref={box}
        onKeyDown={onKeyDown}
        onPointerMove={() => setByKey(false)}
      />
      <Figures overview={overview} />
    </figure>
  );
}

function moveCursor(chart: uPlot | undefined, starts: number[], index: number): void {
  const at = starts[index];
  if (chart === undefined || at === undefined) return;
  chart.setCursor({ left: chart.valToPos(at, 'x') + 1, top: 0 });
}

interface Reports {
  on_select: (from: number, to: number) => void;
  on_point: (index: number | undefined) => void;
}

function useChart(data: Stacked, { from, to, interval }: OverviewResponse, reports: Reports) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const latest = useRef({ ...reports, data });
  latest.current = { ...reports, data };
  const dark = is_dark.value;
  const locale = language.value;
  const formats = f.value;
  useEffect(() => {
    const target = box.current;
    if (target === null) return;
    const options = createOptions({
      width: target.clientWidth,
      height: HEIGHT,
      is_dark: dark,
      range: [Date.parse(from) / 1_000, Date.parse(to) / 1_000],
      is_daily: interval === 'day',
      locale,
      formats,
      on_select: (start, end) => latest.current.on_select(start, end),
      on_point: (index) => latest.current.on_point(index),
    });
    const made = new uPlot(options, toColumns(latest.current.data), target);
    chart.current = made;
    const observer = new ResizeObserver(() => {
      made.setSize({ width: target.clientWidth, height: HEIGHT });
    });
    observer.observe(target);
    return () => {
      observer.disconnect();
      made.destroy();
      chart.current = undefined;
    };
  }, [from, to, interval, dark, locale, formats]);
  // New counts of the same period leave the cursor where it is.
  useEffect(() => chart.current?.setData(toColumns(data)), [data]);
  return { box, chart };
}

const toColumns = ({ starts, sums, ghost }: Stacked) =>
  [starts, ...sums, ghost] as uPlot.AlignedData;

/** The numbers of the chart as a table for screen readers. */
function Figures({ overview }: { overview: OverviewResponse }) {
  return (
    <div class="unseen">
      <table>
        <caption>{t.value.chart_label}</caption>
        <thead>
          <tr>
            {[t.value.time, t.value.records, t.value.POSITIVE, t.value.NEGATIVE].map((name) => (
              <th scope="col" key={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {overview.over_time.map(({ start, total, by_sentiment }) => (
            <tr key={start}>
              <th scope="row">{f.value.date_time(start)}</th>
              <td>{total}</td>
              <td>{by_sentiment.POSITIVE}</td>
              <td>{by_sentiment.NEGATIVE}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
