import type { AlertsResponse } from '../../../schemas/index.ts';
import { useFeed } from '../../api/use-feed.ts';
import { Failure } from '../../parts/failure.tsx';
import { t } from '../../text/text.ts';
import { AlertRow } from './alert-row.tsx';
import { CreateAlert } from './create-alert.tsx';

const POLL_MS = 10_000;

/** The alerts of the tenant, with what they report now and have reported. */
export function Alerts() {
  const { value, problem, refresh } = useFeed<AlertsResponse>('alerts', {}, POLL_MS);
  return (
    <>
      <div class="head">
        <h1>{t.value.page_alerts}</h1>
      </div>
      <div class="content">
        <Failure problem={problem?.kind === 'right' ? problem : undefined} />
        <section class="card wide">
          <h2>{t.value.your_alerts}</h2>
          {value?.alerts.length === 0 ? <p class="dim">{t.value.no_alerts}</p> : null}
          <ul class="rows">
            {value?.alerts.map((alert) => (
              <AlertRow key={alert.name} alert={alert} on_changed={refresh} />
            ))}
          </ul>
        </section>
        <CreateAlert on_created={refresh} />
      </div>
    </>
  );
}
