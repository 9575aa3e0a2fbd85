import type { AlertView } from '../../../schemas/index.ts';
import { f, t } from '../../text/text.ts';

/** Describes when an alert reports something, in the language of the user. */
export function describeCondition(alert: AlertView): string {
  if (alert.kind === 'record') return describeFilter(alert.filter);
  const sources = alert.sources?.join(', ') ?? t.value.each_source;
  const minutes = (count: number) => f.value.duration(count * 60_000);
  switch (alert.kind) {
    case 'shift':
      return t.value.shift_of(f.value.count(alert.ratio), sources);
    case 'volume': {
      const factor = `${alert.direction === 'up' ? '×' : '÷'} ${f.value.count(alert.ratio)}`;
      return t.value.volume_of(factor, sources, minutes(alert.window_minutes));
    }
    case 'silence':
      return t.value.silence_of(sources, minutes(alert.minutes));
  }
}

function describeFilter(filter: Extract<AlertView, { kind: 'record' }>['filter']): string {
  const { sentiments = [], sources = [], languages = [], words = [], attributes = {} } = filter;
  const named = Object.entries(attributes).map(([name, values]) => `${name}=${values.join('|')}`);
  return [
    ...sentiments.map((sentiment) => t.value[sentiment]),
    ...[...sources, ...languages, ...named],
    ...words.map((word) => `“${word}”`),
    ...(filter.least_score === undefined ? [] : [`≥ ${f.value.percent(filter.least_score)}`]),
    ...(filter.least_confidence === undefined
      ? []
      : [`Δ ≥ ${f.value.percent(filter.least_confidence)}`]),
  ].join(' · ');
}
