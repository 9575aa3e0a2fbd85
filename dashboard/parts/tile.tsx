import type { ComponentChildren } from 'preact';
import type { Change } from '../format/figures.ts';
import { f, t } from '../text/text.ts';

interface TileProps {
  name: string;
  value: string;
  change?: Change | undefined;
  /** Whether a rise is good news. Without it, a change is neither good nor bad. */
  rise_is?: 'good' | 'bad' | undefined;
  /** Values over time, for a small line. */
  line?: (number | undefined)[];
  children?: ComponentChildren;
}

/** A number with its change and its course. */
export function Tile({ name, value, change, rise_is, line, children }: TileProps) {
  return (
    <section class="tile card">
      <h2>{name}</h2>
      <p class="figure">
        <bdi>{value}</bdi>
      </p>
      <p class="note">
        {change === undefined ? null : <ChangeNote change={change} rise_is={rise_is} />}
        {children}
      </p>
      {line === undefined ? null : <Sparkline values={line} />}
    </section>
  );
}

/** ▲ or ▼ with the size of a change. The sign says as much as the colour. */
export function ChangeNote({ change, rise_is }: Pick<TileProps, 'rise_is'> & { change: Change }) {
  const { kind, value } = change;
  const size = kind === 'relative' ? f.value.change(value) : f.value.points(value);
  const rises = value > 0;
  const mood =
    rise_is === undefined || value === 0 ? '' : (rise_is === 'good') === rises ? 'good' : 'bad';
  return (
    <span class={`change ${mood}`} title={t.value.than_before}>
      <span aria-hidden="true">{value === 0 ? '=' : rises ? '▲' : '▼'}</span> <bdi>{size}</bdi>
      <span class="unseen"> {t.value.than_before}</span>
    </span>
  );
}

const WIDTH = 120;
const HEIGHT = 28;

/** A line without axes. Intervals without a value leave a gap. */
function Sparkline({ values }: { values: (number | undefined)[] }) {
  const known = values.filter((value) => value !== undefined);
  if (known.length < 2) return null;
  const low = Math.min(...known);
  const span = Math.max(...known) - low || 1;
  let path = '';
  let command = 'M';
  for (const [index, value] of values.entries()) {
    if (value === undefined) {
      command = 'M';
      continue;
    }
    const x = (index / (values.length - 1)) * WIDTH;
    const y = HEIGHT - 2 - ((value - low) / span) * (HEIGHT - 4);
    path += `${command}${x.toFixed(1)} ${y.toFixed(1)}`;
    command = 'L';
  }
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path d={path} />
    </svg>
  );
}
