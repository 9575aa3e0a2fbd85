import { useState } from 'preact/hooks';
import type { SetAsideReplayResponse, SetAsidesResponse } from '../../../schemas/index.ts';
import { formatHex } from '../../format/hex.ts';
import { f, t } from '../../text/text.ts';

export type SetAside = SetAsidesResponse['set_asides'][number];
export type Outcome = SetAsideReplayResponse['outcomes'][number];

interface SetAsideRowProps {
  set_aside: SetAside;
  /** Outcome of the last replay, if there was one. */
  outcome: Outcome | undefined;
  is_busy: boolean;
  on_replay: (fixed_text?: string) => void;
}

/** One set-aside with its bytes, and what can be done with it. */
export function SetAsideRow({ set_aside, outcome, is_busy, on_replay }: SetAsideRowProps) {
  const { set_aside_id, source, set_aside_at, issues, state } = set_aside;
  const is_back = state === 'replayed' || outcome?.status === 'replayed';
  return (
    <li class="set-aside">
      <div class="job-head">
        <span class={is_back ? 'state COMPLETED' : 'state'}>
          {t.value[is_back ? 'state_replayed' : 'state_open']}
        </span>
        <span class="job-name">
          {source === null ? null : <bdi>{source} </bdi>}
          <code>{set_aside_id}</code>
        </span>
        <time class="dim" datetime={set_aside_at}>
          {f.value.date_time(set_aside_at)}
        </time>
      </div>
      <ul class="issues">
        {issues.map(({ path, message }) => (
          <li key={`${path} ${message}`} dir="ltr" lang="en">
            {path === '' ? null : <code>{path}</code>} {message}
          </li>
        ))}
      </ul>
      <Bytes set_aside={set_aside} />
      {is_back ? null : <Replay set_aside={set_aside} is_busy={is_busy} on_replay={on_replay} />}
      {outcome === undefined ? null : <p role="status">{describeOutcome(outcome)}</p>}
    </li>
  );
}

/** The first bytes, as text and in hex. */
function Bytes({ set_aside: { text, data_hex, bytes } }: Pick<SetAsideRowProps, 'set_aside'>) {
  const shown = data_hex.length / 2;
  return (
    <>
      {text === null ? null : <Scrolled name={t.value.text} text={text} dir="auto" />}
      <details open={text === null}>
        <summary>
          {t.value.bytes_in_hex}{' '}
          <span class="dim">
            {shown < bytes
              ? t.value.first_bytes(f.value.count(shown), f.value.bytes(bytes))
              : f.value.bytes(bytes)}
          </span>
        </summary>
        <Scrolled name={t.value.bytes_in_hex} text={formatHex(data_hex)} dir="ltr" />
      </details>
    </>
  );
}

interface ScrolledProps {
  name: string;
  text: string;
  dir: 'auto' | 'ltr';
}

function Scrolled({ name, text, dir }: ScrolledProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a user of the keyboard scrolls what has the focus.
    <section class="scrolled" aria-label={name} tabIndex={0}>
      <pre dir={dir} class="sample">
        {text}
      </pre>
    </section>
  );
}

type ReplayProps = Pick<SetAsideRowProps, 'set_aside' | 'is_busy' | 'on_replay'>;

/** A text that is shown whole can be fixed here. Others need the command line. */
function Replay({ set_aside: { text, data_hex, bytes }, is_busy, on_replay }: ReplayProps) {
  const [fixed, setFixed] = useState<string | undefined>();
  const is_whole = text !== null && data_hex.length / 2 === bytes;
  return (
    <>
      {fixed === undefined ? null : (
        <label class="fixed">
          <span>{t.value.fixed_text}</span>
          <textarea
            dir="auto"
            spellcheck={false}
            value={fixed}
            onInput={(event) => setFixed(event.currentTarget.value)}
          />
        </label>
      )}
      <p class="actions">
        <button
          type="button"
          disabled={is_busy || fixed === ''}
          onClick={() => on_replay(fixed === text ? undefined : fixed)}
        >
          {fixed === undefined ? t.value.replay : t.value.replay_fixed}
        </button>
        {is_whole && fixed === undefined ? (
          <button type="button" class="plain" onClick={() => setFixed(text)}>
            {t.value.fix}
          </button>
        ) : null}
      </p>
    </>
  );
}

function describeOutcome({ status, records = 0, why = '' }: Outcome): string {
  if (status === 'replayed') return t.value.outcome_replayed(f.value.count(records));
  if (status === 'done_before') return t.value.outcome_done_before;
  return status === 'left' ? t.value.outcome_left(why) : t.value.outcome_failed(why || status);
}
