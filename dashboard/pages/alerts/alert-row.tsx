import { useState } from 'preact/hooks';
import type { AlertView } from '../../../schemas/index.ts';
import { request } from '../../api/request.ts';
import { useAct } from '../../api/use-act.ts';
import { Failure } from '../../parts/failure.tsx';
import { minute } from '../../state/clock.ts';
import { f, t } from '../../text/text.ts';
import { AlertHistory } from './alert-history.tsx';
import { describeCondition } from './describe-condition.ts';

const MUTED_MS = 8 * 3_600_000;

interface AlertRowProps {
  alert: AlertView;
  on_changed: () => void;
}

/** An alert with its state, and what can be done with it. */
export function AlertRow({ alert, on_changed }: AlertRowProps) {
  const [has_history, setHistory] = useState(false);
  const { name, to } = alert;
  return (
    <li class="job">
      <div class="job-head">
        <State alert={alert} />
        <span class="job-name">
          <bdi>{name}</bdi>
        </span>
        <span class="dim">{t.value[`alert_${alert.kind}`]}</span>
        <Actions alert={alert} on_changed={on_changed} />
        <button
          type="button"
          class="plain"
          aria-expanded={has_history}
          onClick={() => setHistory(!has_history)}
        >
          {t.value.history}
        </button>
      </div>
      <p class="meta">
        <bdi>{describeCondition(alert)}</bdi>
        <bdi>{to.map(({ kind, host }) => `${kind} ${host}`).join(', ')}</bdi>
      </p>
      <Firing alert={alert} />
      {has_history ? <AlertHistory name={name} /> : null}
    </li>
  );
}

function State({ alert }: Pick<AlertRowProps, 'alert'>) {
  if (isFiring(alert)) return <span class="state FAILED">{t.value.firing}</span>;
  if (isMuted(alert)) return <span class="state CANCELLED">{t.value.muted}</span>;
  return <span class="state COMPLETED">{t.value.watching}</span>;
}

/** The sources for which the alert fires, and until when it is muted. */
function Firing({ alert }: Pick<AlertRowProps, 'alert'>) {
  const firing = alert.kind === 'record' ? [] : alert.firing;
  return (
    <>
      {firing.map(({ source, fired_at }) => (
        <p key={source} class="meta">
          <strong>
            <bdi>{source}</bdi>
          </strong>
          <span>{t.value.fires_since(f.value.date_time(fired_at))}</span>
        </p>
      ))}
      {isMuted(alert) ? (
        <p class="meta">{t.value.muted_until(f.value.date_time(alert.muted_until ?? ''))}</p>
      ) : null}
    </>
  );
}

function Actions({ alert, on_changed }: AlertRowProps) {
  const [is_deleting, setDeleting] = useState(false);
  const [has_tested, setTested] = useState(false);
  const { problem, is_busy, run } = useAct();
  const path = `alerts/${encodeURIComponent(alert.name)}`;
  const button = (title: string, act: () => Promise<void>) => (
    <button type="button" class="plain" disabled={is_busy} onClick={() => void run(act)}>
      {title}
    </button>
  );
  const mute = (until: string | null) => post(`${path}/mute`, { until }).then(on_changed);
  const later = () => new Date(Date.now() + MUTED_MS).toISOString();
  return (
    <span class="buttons">
      {button(t.value.send_test, () => post(`${path}/test`, {}).then(() => setTested(true)))}
      {isMuted(alert)
        ? button(t.value.unmute, () => mute(null))
        : button(t.value.mute_for(f.value.duration(MUTED_MS)), () => mute(later()))}
      {is_deleting ? (
        button(t.value.delete_now, () => request(path, { method: 'DELETE' }).then(on_changed))
      ) : (
        <button type="button" class="plain" onClick={() => setDeleting(true)}>
          {t.value.delete}
        </button>
      )}
      {has_tested ? (
        <span class="dim" role="status">
          {t.value.test_sent}
        </span>
      ) : null}
      <Failure problem={problem} />
    </span>
  );
}

async function post(path: string, body: object): Promise<void> {
  await request(path, { method: 'POST', body });
}

function isFiring(alert: AlertView): boolean {
  return alert.kind !== 'record' && alert.firing.length > 0;
}

function isMuted({ muted_until }: AlertView): boolean {
  return muted_until !== undefined && Date.parse(muted_until) > minute.value;
}
