import { show, view } from '../state/location.ts';
import { RANGES, type RangeName } from '../state/view.ts';
import { f, t } from '../text/text.ts';
import { Icon } from './icon.tsx';

/** Chooses the period, and which time of a record counts. */
export function RangePicker() {
  const { range, from, to, time } = view.value;
  const has_period = from !== undefined && to !== undefined;
  return (
    <div class="picker">
      <fieldset class="segments">
        <legend class="unseen">{t.value.period}</legend>
        {(Object.keys(RANGES) as RangeName[]).map((name) => (
          <button
            type="button"
            key={name}
            aria-pressed={!has_period && range === name}
            onClick={() => show({ range: name })}
          >
            {t.value[`range_${name}`]}
          </button>
        ))}
      </fieldset>
      {has_period ? (
        <button type="button" class="chip" onClick={() => show({ range })}>
          <bdi>{f.value.period(from, to)}</bdi> <Icon name="close" />
          <span class="unseen">{t.value.remove}</span>
        </button>
      ) : null}
      <label class="select">
        <span class="unseen">{t.value.time_basis}</span>
        <select
          value={time}
          onChange={(event) => show({ time: event.currentTarget.value as typeof time })}
        >
          <option value="created_at">{t.value.by_created_at}</option>
          <option value="arrived_at">{t.value.by_arrived_at}</option>
        </select>
      </label>
    </div>
  );
}
