import type { SetAsideCountsResponse } from '../../../schemas/index.ts';
import { useFeed } from '../../api/use-feed.ts';
import { show, view } from '../../state/location.ts';
import { f, t } from '../../text/text.ts';
import { SetAsideList } from './set-aside-list.tsx';

const POLL_MS = 15_000;

type Count = SetAsideCountsResponse['by_reason'][number];

/** The records that could not be processed, by reason, and the batches that failed as a whole. */
export function SetAsides() {
  const { value, refresh } = useFeed<SetAsideCountsResponse>('set-asides/counts', {}, POLL_MS);
  const chosen = value?.by_reason.find(({ reason }) => reason === view.value.open)?.reason;
  if (value === undefined) return null;
  return (
    <>
      <section class="card wide set-asides">
        <h2>{t.value.set_asides}</h2>
        <p class="dim">
          {value.by_reason.length === 0 ? t.value.no_set_asides : t.value.set_asides_hint}
        </p>
        {value.by_reason.length === 0 ? null : <Reasons counts={value.by_reason} />}
        {value.is_complete ? null : <p class="dim">{t.value.set_asides_more}</p>}
        {chosen === undefined ? null : (
          <SetAsideList key={chosen} reason={chosen} on_replayed={refresh} />
        )}
      </section>
      <FailedBatches count={value.failed_batches} />
    </>
  );
}

function Reasons({ counts }: { counts: Count[] }) {
  return (
    <div class="breakdown">
      <table>
        <thead>
          <tr>
            <th scope="col">{t.value.reason}</th>
            <th scope="col" class="number">
              {t.value.state_open}
            </th>
            <th scope="col" class="number">
              {t.value.state_replayed}
            </th>
            <th scope="col" class="number">
              {t.value.newest}
            </th>
          </tr>
        </thead>
        <tbody>
          {counts.map((count) => (
            <ReasonRow key={count.reason} count={count} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ReasonRow({ count: { reason, open, replayed, newest_at } }: { count: Count }) {
  const is_chosen = view.value.open === reason;
  return (
    <tr class={is_chosen ? 'chosen' : ''}>
      <th scope="row">
        <button
          type="button"
          class="name"
          aria-expanded={is_chosen}
          onClick={() => show({ open: is_chosen ? undefined : reason })}
        >
          {t.value[`reason_${reason}`]}
        </button>
      </th>
      <td class="number">{f.value.count(open)}</td>
      <td class="number">{f.value.count(replayed)}</td>
      <td class="number small">{f.value.date_time(newest_at)}</td>
    </tr>
  );
}

/** A failed batch has records of all tenants, so that only operators may read one. */
function FailedBatches({ count }: { count: number }) {
  return (
    <section class="card wide">
      <h2>{t.value.failed_batches(f.value.count(count))}</h2>
      <p class="dim">{t.value.failed_batches_hint}</p>
      <pre dir="ltr">{'npx aurastream redrive list\nnpx aurastream redrive run --all'}</pre>
    </section>
  );
}
