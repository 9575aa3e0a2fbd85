import type { OverviewResponse } from '../../schemas/index.ts';
import { f, t } from '../text/text.ts';
import { LAYERS } from './stack.ts';

interface ReadoutProps {
  overview: OverviewResponse;
  /** The interval under the cursor; the whole period if absent. */
  index: number | undefined;
  /** Whether a screen reader reads changes out, as it shall while keys move the cursor. */
  is_live: boolean;
}

/** The legend of the chart, with the counts of the interval under the cursor. */
export function Readout({ overview, index, is_live }: ReadoutProps) {
  const shown = index === undefined ? undefined : overview.over_time[index];
  const { total, by_sentiment } = shown ?? overview;
  const before =
    index === undefined ? overview.previous.total : overview.previous.over_time[index]?.total;
  const title =
    shown === undefined
      ? t.value.whole_period
      : overview.interval === 'day'
        ? f.value.date(shown.start, 'UTC')
        : f.value.date_time(shown.start);
  return (
    <figcaption class="readout" aria-live={is_live ? 'polite' : 'off'}>
      <strong>{title}</strong>
      <span class="entry">
        <b>{f.value.count(total)}</b> {t.value.records}
      </span>
      {LAYERS.toReversed().map((layer) => (
        <span class="entry" key={layer}>
          <i class={`swatch ${layer}`} /> {t.value[layer]}{' '}
          <b>{f.value.count(by_sentiment[layer])}</b>
        </span>
      ))}
      <span class="entry">
        <i class="swatch ghost" /> {t.value.previous_period} <b>{f.value.count(before ?? 0)}</b>
      </span>
    </figcaption>
  );
}
