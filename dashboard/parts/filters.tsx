import { show, view } from '../state/location.ts';
import type { View } from '../state/view.ts';
import { f, t } from '../text/text.ts';
import { Icon } from './icon.tsx';

/** The filters in use, each with a button that removes it. */
export function Filters() {
  const { source, language, sentiment, status } = view.value;
  const chips: [keyof View, string, string][] = [];
  if (source !== undefined) chips.push(['source', t.value.source, source]);
  if (language !== undefined)
    chips.push(['language', t.value.language, f.value.language(language)]);
  if (sentiment !== undefined) chips.push(['sentiment', t.value.sentiment, t.value[sentiment]]);
  if (status !== undefined) chips.push(['status', t.value.status, t.value[`status_${status}`]]);
  if (chips.length === 0) return null;
  return (
    <ul class="chips" aria-label={t.value.filters}>
      {chips.map(([name, title, value]) => (
        <li key={name}>
          <button type="button" class="chip" onClick={() => show({ [name]: undefined })}>
            <span class="dim">{title}</span> <bdi>{value}</bdi> <Icon name="close" />
            <span class="unseen">{t.value.remove}</span>
          </button>
        </li>
      ))}
      {chips.length > 1 ? (
        <li>
          <button type="button" class="plain" onClick={() => show(NO_FILTERS)}>
            {t.value.remove_all}
          </button>
        </li>
      ) : null}
    </ul>
  );
}

const NO_FILTERS = {
  source: undefined,
  language: undefined,
  sentiment: undefined,
  status: undefined,
};
