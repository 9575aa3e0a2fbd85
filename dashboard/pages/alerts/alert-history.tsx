import type { AlertEvent, AlertHistoryResponse, Finding } from '../../../schemas/index.ts';
import { useFeed } from '../../api/use-feed.ts';
import { f, t } from '../../text/text.ts';

const POLL_MS = 5_000;

/** The events of an alert and the hosts that got them, the newest first. */
export function AlertHistory({ name }: { name: string }) {
  const path = `alerts/${encodeURIComponent(name)}/history`;
  const { value } = useFeed<AlertHistoryResponse>(path, { limit: 20 }, POLL_MS);
  if (value === undefined) return <p class="dim">{t.value.loading}</p>;
  if (value.events.length === 0) return <p class="dim">{t.value.no_events}</p>;
  return (
    <ul class="rows" aria-label={t.value.history}>
      {value.events.map((event) => (
        <Event key={event.event_id} event={event} />
      ))}
    </ul>
  );
}

function Event({ event }: { event: AlertEvent }) {
  const { kind, fired_at, source, record_id, sentiment, finding, not_sent, deliveries } = event;
  return (
    <li class="meta">
      <time datetime={fired_at}>{f.value.date_time(fired_at)}</time>
      <span>{t.value[`event_${kind}`]}</span>
      {source === undefined ? null : (
        <bdi>{record_id === undefined ? source : `${source}/${record_id}`}</bdi>
      )}
      {sentiment === undefined ? null : <span>{t.value[sentiment]}</span>}
      {finding === undefined ? null : <span>{describeFinding(finding)}</span>}
      {not_sent === undefined ? null : <span>{t.value[`not_sent_${not_sent}`]}</span>}
      {deliveries.map(({ kind: to, host, state, attempts }, number) => (
        <span key={number}>
          <bdi>
            {to} {host}
          </bdi>{' '}
          {t.value[`delivery_${state}`]} {describeLast(attempts.at(-1))}
        </span>
      ))}
    </li>
  );
}

function describeLast(attempt: AlertEvent['deliveries'][number]['attempts'][number] | undefined) {
  return attempt?.error ?? attempt?.status ?? '';
}

function describeFinding({ kind, share, usual_share, records, usual_records }: Finding): string {
  if (kind === 'shift') {
    const usual = usual_share === undefined ? '–' : f.value.percent(usual_share);
    return t.value.now_usually(f.value.percent(share ?? 0), usual);
  }
  return t.value.now_usually(f.value.count(records), f.value.count(Math.round(usual_records ?? 0)));
}
