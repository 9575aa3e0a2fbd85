import { useEffect, useState } from 'preact/hooks';
import type { SetAsideReplayResponse, SetAsidesResponse } from '../../../schemas/index.ts';
import { requestJson } from '../../api/request.ts';
import { useAct } from '../../api/use-act.ts';
import { Failure } from '../../parts/failure.tsx';
import { key } from '../../state/key.ts';
import { f, t } from '../../text/text.ts';
import { type Outcome, type SetAside, SetAsideRow } from './set-aside-row.tsx';

interface SetAsideListProps {
  reason: string;
  on_replayed: () => void;
}

/** The set-asides of a reason, newest first, each with its bytes. Each page is a read that is audited. */
export function SetAsideList({ reason, on_replayed }: SetAsideListProps) {
  const { items, cursor, problem, is_busy, load } = useSetAsides(reason);
  const replays = useReplays(on_replayed);
  const open = items.filter(({ state, set_aside_id }) => {
    const status = replays.outcomes.get(set_aside_id)?.status;
    return state === 'open' && status !== 'replayed' && status !== 'done_before';
  });
  return (
    <div class="set-aside-list">
      <Failure problem={problem} />
      {open.length < 2 ? null : (
        <p class="actions">
          <button
            type="button"
            disabled={replays.is_busy}
            onClick={() => replays.replay(open.map(({ set_aside_id }) => set_aside_id))}
          >
            {t.value.replay_all(f.value.count(open.length))}
          </button>
        </p>
      )}
      <Failure problem={replays.problem} />
      <ul class="rows">
        {items.map((one) => (
          <SetAsideRow
            key={one.set_aside_id}
            set_aside={one}
            outcome={replays.outcomes.get(one.set_aside_id)}
            is_busy={replays.is_busy}
            on_replay={(fixed_text) => replays.replay([one.set_aside_id], fixed_text)}
          />
        ))}
      </ul>
      {cursor === undefined ? null : (
        <button type="button" disabled={is_busy} onClick={() => load(cursor)}>
          {t.value.load_more}
        </button>
      )}
    </div>
  );
}

function useSetAsides(reason: string) {
  const [items, setItems] = useState<SetAside[]>([]);
  const [cursor, setCursor] = useState<string | undefined>();
  const { problem, is_busy, run } = useAct();
  const load = (after: string | undefined) =>
    void run(async () => {
      const query = { reason, cursor: after };
      const page = await requestJson<SetAsidesResponse>('set-asides', { query });
      setItems((before) => [...(after === undefined ? [] : before), ...page.set_asides]);
      setCursor(page.next_cursor);
    });
  const used_key = key.value;
  // Another key may read what this one may not.
  useEffect(() => load(undefined), [reason, used_key]);
  return { items, cursor, problem, is_busy, load };
}

/** Number of set-asides that the API replays at most in one request. */
const MOST_REPLAYED = 100;

function useReplays(on_replayed: () => void) {
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>(new Map());
  const { problem, is_busy, run } = useAct();
  const replay = (ids: string[], fixed_text?: string) =>
    void run(async () => {
      for (let first = 0; first < ids.length; first += MOST_REPLAYED) {
        const body = { set_aside_ids: ids.slice(first, first + MOST_REPLAYED), fixed_text };
        const answer = await requestJson<SetAsideReplayResponse>('set-asides/replay', {
          ...{ method: 'POST', body },
        });
        const some = answer.outcomes.map((one) => [one.set_aside_id, one] as const);
        setOutcomes((before) => new Map([...before, ...some]));
      }
      on_replayed();
    });
  return { outcomes, problem, is_busy, replay };
}
